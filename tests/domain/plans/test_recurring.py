"""What rules come to, in every zone and through every change of its clocks."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import rrule
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.kernel.clock import resolve
from domain.kernel.errors import RuleUnfit
from domain.plans.recurring import (
    FURTHEST,
    Coming,
    before,
    begins_anew,
    comes_at,
    coming,
    moved,
    onward,
    pair,
    walls,
    without,
)
from domain.plans.rule_text import keywords, read_rule

ZURICH = "Europe/Zurich"
START = datetime.fromisoformat("2026-01-01T09:00")
LATER = START + timedelta(days=800)
EXAMPLES = settings(max_examples=60)


def found(text: str, count: int, start: datetime = START, zone: str = ZURICH) -> list[str]:
    rule = read_rule(text, zone)
    until = start + FURTHEST
    return [f"{wall:%Y-%m-%d %H:%M}" for wall in islice(walls(rule, start, until=until), count)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RRULE:FREQ=DAILY;COUNT=2", ["2026-01-01 09:00", "2026-01-02 09:00"]),
        ("RRULE:FREQ=DAILY;UNTIL=20260102", ["2026-01-01 09:00", "2026-01-02 09:00"]),
        ("RRULE:FREQ=DAILY;UNTIL=20260102T080000Z", ["2026-01-01 09:00", "2026-01-02 09:00"]),
        ("RRULE:FREQ=DAILY;UNTIL=20260102T075959Z", ["2026-01-01 09:00"]),
        ("rrule:freq=weekly;byday=mo,fr", ["2026-01-02 09:00", "2026-01-05 09:00"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1FR", ["2026-01-30 09:00", "2026-02-27 09:00"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", ["2026-01-27 09:00", "2026-02-24 09:00"]),
        ("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29 09:00", "2032-02-29 09:00"]),
        ("RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", ["2026-12-28 09:00", "2032-12-27 09:00"]),
        ("RRULE:FREQ=DAILY;BYHOUR=6,18", ["2026-01-01 18:00", "2026-01-02 06:00"]),
        ("RDATE:20260301T180000,20260201T180000Z", ["2026-02-01 19:00", "2026-03-01 18:00"]),
        (
            "RRULE:FREQ=DAILY\r\nEXDATE:20260101T090000\r\nRDATE:20260102T\r\n 120000",
            ["2026-01-02 09:00", "2026-01-02 12:00"],
        ),
        ("RRULE:FREQ=DAILY;COUNT=1\nRDATE:20260101T090000", ["2026-01-01 09:00"]),
    ],
)
def test_a_rule_comes_when_rfc_5545_says(text: str, expected: list[str]) -> None:
    assert found(text, 2) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "rule.syntax"),
        ("DAILY", "rule.syntax"),
        ("RRULE:", "rule.syntax"),
        ("RRULE:FREQ=NEVER", "rule.syntax"),
        ("RRULE:COUNT=3", "rule.syntax"),
        ("RRULE:FREQ=DAILY;FREQ=DAILY", "rule.syntax"),
        ("RRULE:FREQ=DAILY\nRRULE:FREQ=DAILY", "rule.syntax"),
        ("RRULE:FREQ=DAILY;COUNT=1;UNTIL=20260101", "rule.syntax"),
        ("RRULE:FREQ=DAILY;COUNT=0", "rule.syntax"),
        ("RRULE:FREQ=DAILY;INTERVAL=1001", "rule.syntax"),
        ("RRULE:FREQ=DAILY;UNTIL=20261301", "rule.syntax"),
        ("RRULE:FREQ=DAILY;UNTIL=soon", "rule.syntax"),
        ("RRULE:FREQ=WEEKLY;BYDAY=1MO", "rule.syntax"),
        ("RRULE:FREQ=YEARLY;BYDAY=54MO", "rule.syntax"),
        ("RRULE:FREQ=YEARLY;BYDAY=6MO;BYMONTH=2", "rule.syntax"),
        ("RRULE:FREQ=MONTHLY;BYDAY=-6MO", "rule.syntax"),
        ("RRULE:FREQ=WEEKLY;BYMONTHDAY=1", "rule.syntax"),
        ("RRULE:FREQ=MONTHLY;BYWEEKNO=1", "rule.syntax"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", "rule.syntax"),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=0", "rule.syntax"),
        ("RRULE:FREQ=DAILY;BYSETPOS=1", "rule.syntax"),
        ("RRULE:FREQ=DAILY;BYHOUR=24", "rule.syntax"),
        ("EXDATE:20260101T090000", "rule.syntax"),
        ("RDATE:20260101", "rule.syntax"),
        ("RDATE:30000101T090000", "rule.syntax"),
        ("RRULE:FREQ=DAILY;BYSECOND=0", "rule.part_unknown"),
        ("RRULE:FREQ=DAILY;X-LUNAR=1", "rule.part_unknown"),
        ("RDATE;TZID=Europe/Paris:20260101T090000", "rule.part_unknown"),
        ("RRULE:FREQ=HOURLY", "rule.too_often"),
        ("RRULE:FREQ=MINUTELY", "rule.too_often"),
        ("RRULE:FREQ=SECONDLY", "rule.too_often"),
        ("RRULE:FREQ=DAILY;BYHOUR=8,9,10,11,12;BYMINUTE=0,10,20,30,40", "rule.too_often"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_where_it_stands(text: str, code: str) -> None:
    with pytest.raises(RuleUnfit) as refused:
        read_rule(text, ZURICH)

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/rule", code)]


def test_a_rule_that_never_comes_is_not_looked_for_without_end() -> None:
    never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"

    assert found(never, 1) == []
    assert found(never + ";COUNT=3", 1) == []


def test_in_a_gap_it_comes_at_the_next_valid_moment_and_in_an_overlap_at_the_first() -> None:
    rule = read_rule("RRULE:FREQ=DAILY;COUNT=2", ZURICH)
    gap, overlap = map(datetime.fromisoformat, ("2027-03-27T02:30", "2026-10-24T02:30"))

    nights = [
        [
            each.at
            for each in coming(
                rule,
                start,
                ZURICH,
                after=datetime(2026, 1, 1, tzinfo=UTC),
                until=datetime(2028, 1, 1, tzinfo=UTC),
            )
        ]
        for start in (gap, overlap)
    ]

    assert nights == [
        [datetime(2027, 3, 27, 1, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)],
        [datetime(2026, 10, 24, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)],
    ]


days = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
lists = {
    "DAILY": st.sampled_from(["", ";BYMONTH=3,10", ";BYHOUR=2,14", ";BYMONTHDAY=1,-1"]),
    "WEEKLY": st.lists(days, min_size=1, max_size=3, unique=True).map(
        lambda chosen: ";BYDAY=" + ",".join(chosen)
    ),
    "MONTHLY": st.sampled_from(
        [";BYMONTHDAY=31", ";BYDAY=MO,FR;BYSETPOS=2,-1", ";BYDAY=-1SU", ";BYDAY=2TU", ""]
    ),
    "YEARLY": st.sampled_from(["", ";BYMONTH=3;BYDAY=-1SU", ";BYYEARDAY=100,-100", ";BYWEEKNO=1"]),
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(sorted(lists)))
    interval = draw(st.integers(1, 4))
    end = draw(st.sampled_from(["", ";COUNT=7", ";COUNT=40", ";UNTIL=20270401"]))
    text = f"RRULE:FREQ={frequency};INTERVAL={interval}{draw(lists[frequency])}{end}"
    dates = draw(st.lists(st.integers(0, 700), max_size=3, unique=True))
    stamps = ",".join(f"{START + timedelta(days=day):%Y%m%dT%H%M%S}" for day in dates)
    kind = draw(st.sampled_from(["RDATE", "EXDATE"]))
    return f"{text}\n{kind}:{stamps}" if stamps else text


@given(rules(), st.sampled_from(sorted(available_timezones())), st.integers(0, 23))
@EXAMPLES
def test_occurrences_are_wall_times_in_order_resolved_in_their_zone(
    text: str, zone: str, hour: int
) -> None:
    start = START.replace(hour=hour, minute=30)
    after = datetime(2026, 3, 1, tzinfo=UTC)
    until = after + timedelta(days=500)
    rule = read_rule(text, zone)

    ones = list(coming(rule, start, zone, after=after, until=until))

    assert [each.at for each in ones] == [resolve(each.occurs_at, zone) for each in ones]
    assert all(after < each.at <= until for each in ones)
    times = [each.occurs_at for each in ones]
    assert times == sorted(set(times))
    assert all(comes_at(rule, start, wall) for wall in times[:5])
    local = [each.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in ones]
    assert all(wall <= shown for wall, shown in zip(times, local, strict=True))
    cut = after + (until - after) / 2
    halves = [
        *coming(rule, start, zone, after=after, until=cut),
        *coming(rule, start, zone, after=cut, until=until),
    ]
    assert halves == ones


@given(rules())
@EXAMPLES
def test_what_is_written_is_read_as_the_same(text: str) -> None:
    rule = read_rule(text, ZURICH)

    again = read_rule(rule.written(), ZURICH)

    assert list(walls(again, START, until=LATER)) == list(walls(rule, START, until=LATER))
    assert again.written() == rule.written()


@given(rules(), st.integers(0, 30))
@example("RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;COUNT=7\nRDATE:20260224T090000", 6)
@EXAMPLES
def test_a_rule_that_is_split_comes_as_before(text: str, place: int) -> None:
    rule = read_rule(text, ZURICH)
    whole = list(walls(rule, START, until=LATER))
    if len(whole) < 2:
        return
    wall = whole[1 + place % (len(whole) - 1)]

    old = read_rule(before(rule, START, wall).written(), ZURICH)
    new = read_rule(onward(rule, START, wall).written(), ZURICH)

    assert list(walls(old, START, until=LATER)) == [each for each in whole if each < wall]
    anew = begins_anew(rule, START, wall)
    assert list(walls(new, anew, until=LATER)) == [each for each in whole if each >= wall]


@given(rules(), st.integers(0, 30))
@EXAMPLES
def test_a_skipped_time_alone_is_missing(text: str, place: int) -> None:
    rule = read_rule(text, ZURICH)
    whole = list(walls(rule, START, until=LATER))
    if not whole:
        return
    wall = whole[place % len(whole)]

    rest = list(walls(without(rule, wall), START, until=LATER))

    assert rest == [each for each in whole if each != wall]


@pytest.mark.parametrize(
    ("text", "to", "expected"),
    [
        (
            "RRULE:FREQ=DAILY\nEXDATE:20260103T090000",
            "2026-01-01T08:30",
            "RRULE:FREQ=DAILY\nEXDATE:20260103T083000",
        ),
        (
            "RRULE:FREQ=WEEKLY\nEXDATE:20260108T090000",
            "2026-01-02T10:00",
            "RRULE:FREQ=WEEKLY\nEXDATE:20260109T100000",
        ),
        (
            "RRULE:FREQ=DAILY;BYHOUR=6,18\nEXDATE:20260103T180000",
            "2026-01-01T05:00",
            "RRULE:FREQ=DAILY;BYHOUR=6,18\nEXDATE:20260103T180000",
        ),
        (
            "RRULE:FREQ=DAILY\nEXDATE:20260103T111100",
            "2026-01-01T11:11",
            "RRULE:FREQ=DAILY\nEXDATE:20260103T111100",
        ),
        (
            "RRULE:FREQ=DAILY;UNTIL=20260103T090000",
            "2026-01-01T10:00",
            "RRULE:FREQ=DAILY;UNTIL=20260103T100000",
        ),
        (
            "RRULE:FREQ=DAILY;UNTIL=20260103T085959",
            "2026-01-01T07:00",
            "RRULE:FREQ=DAILY;UNTIL=20260103T065959",
        ),
        (
            "RRULE:FREQ=DAILY;UNTIL=20260103T085959",
            "2026-01-01T10:00",
            "RRULE:FREQ=DAILY;UNTIL=20260103T085959",
        ),
    ],
)
def test_a_rule_that_starts_at_another_time_skips_and_ends_where_it_did(
    text: str, to: str, expected: str
) -> None:
    rule = read_rule(text, ZURICH)

    assert moved(rule, START, datetime.fromisoformat(to)).written() == expected


@given(rules(), st.integers(1990, 2150), st.integers(0, 80))
@EXAMPLES
def test_what_is_found_at_the_end_of_time_is_found_today(text: str, year: int, span: int) -> None:
    start = START.replace(year=year)
    last = start + timedelta(days=365 * span)
    rule = read_rule(text.partition("\n")[0], ZURICH)

    found = list(walls(rule, start, until=last))

    end = last if rule.until is None else min(last, rule.until)
    plain = rrule(dtstart=start, until=end, **keywords(rule))
    assert found == list(islice(plain, rule.count))


def test_a_week_that_would_reach_the_year_10000_is_none() -> None:
    rule = read_rule("RRULE:FREQ=WEEKLY;BYDAY=SU;BYMONTH=12", ZURICH)
    start = datetime.fromisoformat("9990-01-01T09:00")

    found = list(walls(rule, start, until=datetime.max))  # noqa: DTZ901 - a wall time

    assert found[-1] == datetime.fromisoformat("9999-12-26T09:00")


moments = st.sets(st.integers(0, 30).map(lambda day: START + timedelta(days=day)))


@given(moments, moments)
@EXAMPLES
def test_what_comes_no_more_moves_to_what_is_new_and_nothing_is_lost(
    kept: set[datetime], wanted: set[datetime]
) -> None:
    expected = [Coming(wall, wall.replace(tzinfo=UTC)) for wall in sorted(wanted)]

    pairs = pair(kept, expected)

    assert sorted(wall for wall, _ in pairs if wall is not None) == sorted(kept)
    assert sorted(each.occurs_at for _, each in pairs if each is not None) == sorted(wanted)
    same = {wall for wall, each in pairs if each is not None and wall == each.occurs_at}
    assert same == kept & wanted
    assert sum(each is None for _, each in pairs) == max(0, len(kept - wanted) - len(wanted - kept))
