"""When slots come round, in every zone and through every change of its clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.ids import new_id
from domain.plans.rules import FURTHEST, WeeklySlot, occurrences, suits

ZURICH = "Europe/Zurich"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TUESDAYS = WeeklySlot(new_id(), 2, time(9, 30), None)
SUNDAY_NIGHTS = WeeklySlot(new_id(), 7, time(2, 30), None)


def first(slot: WeeklySlot, zone: str, after: datetime, count: int = 1) -> list[datetime]:
    return [each.at for each in islice(occurrences([slot], zone, after=after), count)]


def test_slots_come_in_the_order_of_their_moments() -> None:
    later = WeeklySlot(new_id(), 2, time(18, 0), None)
    monday = WeeklySlot(new_id(), 1, time(12, 0), None)

    found = list(islice(occurrences([later, TUESDAYS, monday], ZURICH, after=MONDAY), 4))

    assert [(each.slot, each.occurs_on) for each in found] == [
        (monday, date(2026, 11, 23)),
        (TUESDAYS, date(2026, 11, 24)),
        (later, date(2026, 11, 24)),
        (monday, date(2026, 11, 30)),
    ]
    assert found[1].at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_a_slot_of_this_very_moment_has_passed() -> None:
    now = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)

    assert first(TUESDAYS, ZURICH, now) == [now + timedelta(days=7)]


def test_a_slot_keeps_its_wall_time_when_clocks_change() -> None:
    before = datetime(2027, 3, 22, tzinfo=UTC)

    assert first(TUESDAYS, ZURICH, before, 2) == [
        datetime(2027, 3, 23, 8, 30, tzinfo=UTC),
        datetime(2027, 3, 30, 7, 30, tzinfo=UTC),
    ]


def test_in_a_gap_a_slot_comes_at_the_next_valid_moment_and_in_an_overlap_once() -> None:
    gap = first(SUNDAY_NIGHTS, ZURICH, datetime(2027, 3, 27, 12, tzinfo=UTC))
    overlap = first(SUNDAY_NIGHTS, ZURICH, datetime(2026, 10, 24, 12, tzinfo=UTC), 2)

    assert gap == [datetime(2027, 3, 28, 1, 0, tzinfo=UTC)]
    assert overlap == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 1, 30, tzinfo=UTC),
    ]


def test_without_slots_nothing_comes() -> None:
    assert list(occurrences([], ZURICH, after=MONDAY)) == []


def test_an_open_slot_suits_every_pillar_and_a_bound_one_its_own() -> None:
    pillar = new_id()
    bound = WeeklySlot(new_id(), 1, time(9, 0), pillar)

    assert (suits(TUESDAYS, None), suits(TUESDAYS, pillar)) == (True, True)
    assert (suits(bound, pillar), suits(bound, new_id()), suits(bound, None)) == (
        True,
        False,
        False,
    )


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    weekday=st.integers(1, 7),
    wall=st.times(),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1)),  # noqa: DTZ001 - in UTC below
)
def test_in_every_zone_a_slot_comes_once_a_week_at_its_wall_time_or_after_the_gap(
    zone: str, weekday: int, wall: time, after: datetime
) -> None:
    slot = WeeklySlot(new_id(), weekday, wall.replace(microsecond=0), None)
    moment = after.replace(tzinfo=UTC)

    found = list(islice(occurrences([slot], zone, after=moment), 5))

    days = [each.occurs_on for each in found]
    assert len(found) == 5
    assert [(b - a).days for a, b in pairwise(days)] == [7] * 4
    assert all(moment < each.at < moment + FURTHEST for each in found)
    for each in found:
        shown = each.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert shown == each.wall_time or shown > each.wall_time
