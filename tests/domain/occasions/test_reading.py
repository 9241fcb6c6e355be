"""What calendars of others say: whole days, zones, series, their exceptions and what is changed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.clock import resolve
from domain.occasions import reading
from domain.occasions.describing import MOST_TITLE
from domain.occasions.reading import NotACalendar, read_document
from domain.occasions.shapes import Found
from tests.domain.occasions.documents import SINCE, UNTIL, VTIMEZONE, document

ZURICH = "Europe/Zurich"
MATCHES = """\
UID:match
SUMMARY:Match
DTSTART;TZID=Europe/Zurich:20270316T200000
DTEND;TZID=Europe/Zurich:20270316T220000
RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=5
EXDATE;TZID=Europe/Zurich:20270323T200000
"""


def found(*events: str, before: str = "") -> tuple[Found, ...]:
    return read_document(document(*events, before=before), ZURICH, (SINCE, UNTIL))


def starts(*events: str, before: str = "") -> list[str]:
    return [f"{one.starts_at:%m-%dT%H:%M}" for one in found(*events, before=before)]


def test_a_whole_day_is_one_of_the_community() -> None:
    [one] = found("UID:a\nSUMMARY:Ascension\nDTSTART;VALUE=DATE:20270506")

    assert (one.uid, one.recurrence, one.title) == ("a", "", "Ascension")
    assert (one.is_all_day, one.starts_on, one.ends_on) == (
        True,
        date(2027, 5, 6),
        date(2027, 5, 6),
    )
    assert (one.starts_at, one.ends_at) == (
        datetime(2027, 5, 5, 22, tzinfo=UTC),
        datetime(2027, 5, 6, 22, tzinfo=UTC),
    )
    assert one.time_zone is None


def test_the_end_of_whole_days_is_the_day_after() -> None:
    [one] = found("UID:a\nDTSTART;VALUE=DATE:20270327\nDTEND;VALUE=DATE:20270330")

    assert (one.starts_on, one.ends_on) == (date(2027, 3, 27), date(2027, 3, 29))
    # The clocks go forward within it.
    assert one.ends_at - one.starts_at == timedelta(days=3) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "at", "zone"),
    [
        ("DTSTART:20270601T090000Z", "06-01T09:00", None),
        ("DTSTART;TZID=Europe/Zurich:20270601T090000", "06-01T07:00", ZURICH),
        ("DTSTART;TZID=W. Europe Standard Time:20270601T090000", "06-01T07:00", "Europe/Berlin"),
        ("DTSTART;TZID=America/New_York:20270601T090000", "06-01T13:00", "America/New_York"),
        ("DTSTART;TZID=House time:20270601T090000", "06-01T07:00", None),
        ("DTSTART;TZID=Nowhere:20270601T090000", "06-01T07:00", None),
        ("DTSTART:20270601T090000", "06-01T07:00", None),
    ],
)
def test_times_are_read_in_the_zone_that_is_named(start: str, at: str, zone: str | None) -> None:
    [one] = found(f"UID:a\n{start}\nDURATION:PT90M", before=VTIMEZONE)

    assert (f"{one.starts_at:%m-%dT%H:%M}", one.time_zone) == (at, zone)
    assert one.ends_at - one.starts_at == timedelta(minutes=90)
    assert one.starts_on == one.ends_on == date(2027, 6, 1)


def test_a_series_keeps_its_wall_time_and_leaves_its_exceptions_out() -> None:
    assert starts(MATCHES) == ["03-16T19:00", "03-30T18:00", "04-06T18:00", "04-13T18:00"]
    assert [one.recurrence for one in found(MATCHES)] == [
        "20270316T200000",
        "20270330T200000",
        "20270406T200000",
        "20270413T200000",
    ]


def test_one_time_that_was_changed_stands_in_its_place() -> None:
    moved = (
        "UID:match\nSUMMARY:Final\nSEQUENCE:2\n"
        "RECURRENCE-ID;TZID=Europe/Zurich:20270406T200000\nDTSTART:20270407T190000Z"
    )
    older = moved.replace("Final", "Old").replace("SEQUENCE:2", "SEQUENCE:1")

    ones = found(MATCHES, moved, older)

    assert [(one.recurrence, one.title, f"{one.starts_at:%m-%dT%H:%M}") for one in ones[2:]] == [
        ("20270406T200000", "Final", "04-07T19:00"),
        ("20270413T200000", "Match", "04-13T18:00"),
    ]


def test_what_is_cancelled_is_left_out() -> None:
    one = (
        "UID:match\nSTATUS:CANCELLED\nRECURRENCE-ID:20270330T180000Z\n"
        "DTSTART;TZID=Europe/Zurich:20270330T200000"
    )

    assert starts(MATCHES, one) == ["03-16T19:00", "04-06T18:00", "04-13T18:00"]
    assert starts(MATCHES + "STATUS:CANCELLED") == []


def test_single_dates_join_a_series_and_its_first_time_always_counts() -> None:
    event = (
        "UID:a\nDTSTART;VALUE=DATE:20270102\nRRULE:FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=1\n"
        "RDATE;VALUE=DATE:20270601,20270602"
    )

    assert [one.starts_on for one in found(event)] == [
        date(2027, 1, 2),
        date(2027, 6, 1),
        date(2027, 6, 2),
        date(2027, 8, 1),
    ]


@pytest.mark.parametrize(
    ("until", "count"),
    [("20270330T180000Z", 3), ("20270330T175959Z", 2), ("20270330T200000", 3), ("20270330", 3)],
)
def test_the_end_of_a_series_is_in_utc_or_a_day(until: str, count: int) -> None:
    assert len(found(MATCHES.replace("COUNT=5", f"UNTIL={until}").replace("EXDATE", "X-EX"))) == (
        count
    )


def test_long_series_are_read_in_their_window_alone() -> None:
    event = "UID:a\nDTSTART;VALUE=DATE:19000102\nRRULE:FREQ=YEARLY"

    assert [one.starts_on for one in found(event)] == [date(2027, 1, 2)]


def test_a_rule_that_cannot_be_followed_leaves_the_first_time() -> None:
    for rule in ("FREQ=SECONDLY", "FREQ=ODD", "FREQ=WEEKLY;BYDAY=TU,WE;BYSETPOS=1"):
        assert starts(f"UID:a\nDTSTART:20270601T090000Z\nRRULE:{rule}") == ["06-01T09:00"]


def test_events_that_make_no_sense_do_not_take_the_others_with_them() -> None:
    good = "UID:a\nDTSTART:20270601T090000Z"

    assert starts("UID:b\nSUMMARY:No start", "UID:c\nDTSTART:2027zz", good) == ["06-01T09:00"]
    assert starts("UID:b\nDTSTART:00010101T000000\nRRULE:FREQ=DAILY;COUNT=2", good) == [
        "06-01T09:00"
    ]


def test_an_event_without_uid_is_known_by_its_content() -> None:
    [first] = found("SUMMARY:A\nDTSTART:20270601T090000Z")
    [again] = found("SUMMARY:A\nDTSTART:20270601T090000Z")
    [other] = found("SUMMARY:B\nDTSTART:20270601T090000Z")

    assert first.uid == again.uid != other.uid


def test_texts_are_cleaned_and_bounded_and_addresses_are_of_the_web() -> None:
    [one] = found(
        f"UID:a\nDTSTART:20270601T090000Z\nSUMMARY:{'é' * 400}\nLOCATION:Lausanne\\, gare\n"
        "DESCRIPTION:One\\nTwo\x07\nURL:javascript:alert(1)"
    )

    assert one.title == "é" * MOST_TITLE
    assert (one.place, one.description, one.url) == ("Lausanne, gare", "One\nTwo", None)


@pytest.mark.parametrize(
    "body", [b"", b"<html></html>", b"\xff\xfe", b"BEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\n"]
)
def test_what_is_no_calendar_is_refused(body: bytes) -> None:
    with pytest.raises(NotACalendar):
        read_document(body, ZURICH, (SINCE, UNTIL))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "freq=hourly",
        "FREQ=YEARLY;BYHOUR=1;BYMINUTE=1,2,3",
        "FREQ=YEARLY;BYDAY=SU",
        "FREQ=YEARLY;BYMONTH=1,2,3;BYDAY=SU",
        "FREQ=YEARLY\nEXRULE:FREQ=SECONDLY",
    ],
)
def test_zone_that_changes_too_often_is_refused_before_it_is_laid_out(rule: str) -> None:
    often = VTIMEZONE.replace("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", rule)

    with pytest.raises(NotACalendar, match="changes too often"):
        found("UID:a\nDTSTART;TZID=House time:20270601T100000", before=often)


@pytest.mark.parametrize("between", [",", ",\n ", "\nRDATE:"])
def test_so_many_dates_are_refused_before_they_are_read(between: str) -> None:
    """A hundred thousand of them took a worker's processor for half a minute."""
    exceptions = between.join(["20270601T100000"] * 10_001)

    with pytest.raises(NotACalendar, match="more than 10,000 dates"):
        found(f"UID:a\nDTSTART:20270601T100000\nEXDATE:{exceptions}")


def test_so_many_lines_are_refused_before_they_are_read() -> None:
    """Three million of them took two minutes, in which no other calendar was read."""
    with pytest.raises(NotACalendar, match="more than 200,000 lines"):
        found("X:y\n" * 200_000)


def test_lines_that_are_folded_count_as_one() -> None:
    long = "DESCRIPTION:La vigne" + "\n et la vigne" * 200_000

    assert starts(f"UID:a\nDTSTART:20270601T100000\n{long}") == ["06-01T08:00"]


def test_so_many_zones_are_refused() -> None:
    many = "\n".join(VTIMEZONE.replace("House time", f"House {each}") for each in range(51))

    with pytest.raises(NotACalendar):
        found(MATCHES, before=many)


def test_zone_of_one_calendar_is_not_that_of_another() -> None:
    event = "UID:a\nDTSTART;TZID=House time:20270601T100000"
    elsewhere = VTIMEZONE.replace("+0200", "-0800").replace("+0100", "-0900")

    assert starts(event, before=elsewhere) == ["06-01T18:00"]
    assert starts(event, before=VTIMEZONE) == ["06-01T08:00"]
    # Where none is described, the time is the community's.
    assert starts(event) == ["06-01T08:00"]


def test_what_would_cost_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    daily = "UID:a\nDTSTART:20200101T090000Z\nRRULE:FREQ=DAILY"
    for name, most, events in (
        ("MOST_EVENTS", 1, (MATCHES, daily)),
        ("LONGEST_S", -1, (MATCHES,)),
        ("MOST_TIMES", 100, (daily,)),
    ):
        with monkeypatch.context() as bounds:
            bounds.setattr(reading, name, most)
            with pytest.raises(NotACalendar):
                found(*events)


def test_of_too_many_occasions_the_first_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FOUND", 2)

    assert starts(MATCHES, "UID:a\nDTSTART:20270101T090000Z") == ["01-01T09:00", "03-16T19:00"]


@settings(max_examples=60)
@given(
    st.datetimes(datetime(2027, 1, 2), datetime(2027, 12, 1)),  # noqa: DTZ001 - wall times
    st.sampled_from([ZURICH, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.integers(1, 5),
)
def test_series_come_at_their_wall_time_in_every_zone(
    wall: datetime, zone: str, count: int
) -> None:
    first = wall.replace(microsecond=0)
    event = f"UID:a\nDTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY;COUNT={count}"

    assert [one.starts_at for one in found(event)] == [
        resolve(first + timedelta(days=day), zone) for day in range(count)
    ]


@settings(max_examples=60)
@given(st.binary(max_size=200), st.text(max_size=60))
def test_junk_is_refused_or_read_and_nothing_else(body: bytes, text: str) -> None:
    event = f"UID:a\nDTSTART:20270601T090000Z\nSUMMARY:{text}".replace("\r", "")
    for junk in (body, document(event), document("UID:a\n" + text)):
        try:
            read_document(junk, ZURICH, (SINCE, UNTIL))
        except NotACalendar as error:
            assert str(error)  # noqa: PT017 - either will do
