"""The differencing of totals, held against a slow and obvious model."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.metrics.rules import (
    Closing,
    Key,
    Period,
    Reading,
    after,
    before,
    day_of,
    period_of,
    periods_of,
    settle,
)
from domain.metrics.words import ENGAGEMENT_PARTS, ENGAGEMENTS, Interval

ZURICH = ZoneInfo("Europe/Zurich")
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("UTC", "Europe/Zurich", "Pacific/Auckland", "America/Havana")]
)
# Both of 2026's changes of clocks in Zurich, Auckland and Havana lie in these windows.
FIRSTS = st.sampled_from([datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)])


def total(metric: str, day: int, value: int, hour: int = 12) -> Reading:
    return Reading(metric, value, datetime(2026, 11, day, hour, tzinfo=UTC))


def changes(closings: dict[Key, Closing], metric: str = "likes") -> dict[int, int | None]:
    return {
        key.period.starts_on.day: closing.change
        for key, closing in sorted(closings.items(), key=lambda item: item[0].period.starts_on)
        if key.metric == metric and key.period.interval is Interval.DAY
    }


def settled(*readings: Reading, begun_at: datetime | None = None) -> dict[Key, Closing]:
    return settle({}, readings, zone=ZURICH, begun_at=begun_at)


def test_a_days_value_is_its_closing_less_the_closing_before() -> None:
    found = settled(
        total("likes", 2, 10), total("likes", 3, 12, 9), total("likes", 3, 17, 20),
        total("likes", 4, 17),
    )  # fmt: skip

    assert changes(found) == {2: None, 3: 7, 4: 0}


def test_falls_are_kept_as_negatives() -> None:
    assert changes(settled(total("likes", 2, 10), total("likes", 3, 4))) == {2: None, 3: -6}


def test_a_gap_has_no_closing_and_the_day_after_it_no_change_but_a_total() -> None:
    found = settled(total("likes", 2, 10), total("likes", 4, 30), total("likes", 5, 31))

    assert changes(found) == {2: None, 4: None, 5: 1}
    assert found[Key("likes", Period(Interval.DAY, date(2026, 11, 4)))].total == 30


def test_the_first_day_counts_from_zero_when_the_post_was_published_that_day() -> None:
    same_day = datetime(2026, 11, 2, 7, tzinfo=UTC)
    day_before = datetime(2026, 11, 1, 7, tzinfo=UTC)

    assert changes(settled(total("likes", 2, 10), begun_at=same_day)) == {2: 10}
    assert changes(settled(total("likes", 2, 10), begun_at=day_before)) == {2: None}


def test_a_week_is_known_although_one_of_its_days_is_not() -> None:
    found = settled(
        total("likes", 8, 100), total("likes", 9, 101), total("likes", 12, 130),
        total("likes", 15, 160),
    )  # fmt: skip

    assert found[Key("likes", Period(Interval.WEEK, date(2026, 11, 2)))].change is None
    assert found[Key("likes", Period(Interval.WEEK, date(2026, 11, 9)))].change == 60


def test_days_are_cut_where_the_clocks_of_the_zone_say() -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)

    assert day_of(late, ZURICH) == date(2026, 11, 3)
    assert day_of(late, ZoneInfo("UTC")) == date(2026, 11, 2)


def test_the_day_that_has_twenty_five_hours_is_one_day() -> None:
    zone = ZoneInfo("Europe/Zurich")
    begins = datetime(2026, 10, 24, 22, tzinfo=UTC)

    days = {day_of(begins + timedelta(minutes=minute), zone) for minute in range(25 * 60)}

    assert days == {date(2026, 10, 25)}
    assert day_of(begins + timedelta(hours=25), zone) == date(2026, 10, 26)


def test_engagements_add_up_the_parts_that_are_reported_and_views_are_none() -> None:
    found = settled(
        total("likes", 2, 10), total("reposts", 2, 2), total("views", 2, 900),
        total("likes", 3, 15), total("reposts", 3, 1), total("views", 3, 950),
    )  # fmt: skip
    day = Key(ENGAGEMENTS, Period(Interval.DAY, date(2026, 11, 3)))

    assert (found[day].total, found[day].change) == (16, 4)


def test_engagements_are_unknown_while_a_part_is_missing() -> None:
    found = settled(
        total("likes", 2, 10), total("reposts", 2, 2), total("likes", 3, 15),
        total("likes", 4, 16), total("reposts", 4, 5), total("likes", 5, 17),
        total("reposts", 5, 7),
    )  # fmt: skip

    assert changes(found, ENGAGEMENTS) == {2: None, 3: None, 4: None, 5: 3}


def test_periods_follow_each_other_without_a_hole() -> None:
    for interval in Interval:
        period = period_of(date(2024, 1, 31), interval)
        for _ in range(40):
            following = after(period)
            assert before(following) == period
            assert following.starts_on > period.starts_on
            period = following


READINGS = st.lists(
    st.tuples(
        st.sampled_from(["likes", "reposts", "views"]),
        st.integers(0, 1000),
        st.integers(0, 60 * 24 * 40),
    ),
    max_size=40,
    unique_by=lambda made: (made[0], made[2]),
)


def model(
    readings: Sequence[Reading], zone: ZoneInfo, begun_at: datetime | None
) -> dict[Key, tuple[int, int | None]]:
    """Each period by itself: its last sample, less the last sample of the period before."""

    def closing(metric: str, period: Period) -> int | None:
        inside = [
            each
            for each in readings
            if each.metric == metric and period in periods_of(day_of(each.sampled_at, zone))
        ]
        return max(inside, key=lambda each: each.sampled_at).total if inside else None

    def change(metric: str, period: Period) -> int | None:
        now, last = closing(metric, period), closing(metric, before(period))
        if now is None or last is not None:
            return None if now is None or last is None else now - last
        starts_here = begun_at and period in periods_of(day_of(begun_at, zone))
        return now if starts_here else None

    found: dict[Key, tuple[int, int | None]] = {}
    periods = {each for r in readings for each in periods_of(day_of(r.sampled_at, zone))}
    for period in periods:
        for metric in ("likes", "reposts", "views"):
            if (last := closing(metric, period)) is not None:
                found[Key(metric, period)] = (last, change(metric, period))
        here = [m for m in ENGAGEMENT_PARTS if closing(m, period) is not None]
        involved = {m for m in ENGAGEMENT_PARTS if closing(m, before(period)) is not None} | {*here}
        moved = [change(m, period) for m in involved]
        if here:
            total_ = sum(closing(m, period) or 0 for m in here)
            whole = None if None in moved else sum(each or 0 for each in moved)
            found[Key(ENGAGEMENTS, period)] = (total_, whole)
    return found


def shown(closings: dict[Key, Closing]) -> dict[Key, tuple[int, int | None]]:
    return {key: (closing.total, closing.change) for key, closing in closings.items()}


def in_batches(
    readings: Iterable[Sequence[Reading]], zone: ZoneInfo, begun_at: datetime | None
) -> dict[Key, Closing]:
    """Batch after batch, each with only the neighbourhood that the service reads for it."""
    stored: dict[Key, Closing] = {}
    for batch in readings:
        around = {
            near
            for each in batch
            for period in periods_of(day_of(each.sampled_at, zone))
            for near in (before(period), period, after(period))
        }
        known = {key: value for key, value in stored.items() if key.period in around}
        stored |= settle(known, batch, zone=zone, begun_at=begun_at)
    return stored


@settings(deadline=None)
@given(READINGS, ZONES, FIRSTS, st.one_of(st.none(), st.integers(0, 60 * 24 * 40)))
def test_all_at_once_equals_the_slow_model(
    made: list[tuple[str, int, int]], zone: ZoneInfo, first: datetime, begun: int | None
) -> None:
    readings = [Reading(m, t, first + timedelta(minutes=minute)) for m, t, minute in made]
    begun_at = None if begun is None else first + timedelta(minutes=begun)

    assert shown(settle({}, readings, zone=zone, begun_at=begun_at)) == model(
        readings, zone, begun_at
    )


@settings(deadline=None)
@given(READINGS, ZONES, FIRSTS, st.one_of(st.none(), st.integers(0, 60 * 24 * 40)), st.data())
def test_any_order_any_batches_and_any_repeats_come_to_the_same(
    made: list[tuple[str, int, int]],
    zone: ZoneInfo,
    first: datetime,
    begun: int | None,
    data: st.DataObject,
) -> None:
    readings = [Reading(m, t, first + timedelta(minutes=minute)) for m, t, minute in made]
    begun_at = None if begun is None else first + timedelta(minutes=begun)
    mixed = data.draw(st.permutations(readings))
    repeated = data.draw(st.lists(st.sampled_from(readings), max_size=5)) if readings else []
    sizes = data.draw(st.integers(1, 7))
    stream = [*mixed, *repeated]
    batches = [stream[start : start + sizes] for start in range(0, len(stream), sizes)]

    assert shown(in_batches(batches, zone, begun_at)) == model(readings, zone, begun_at)
