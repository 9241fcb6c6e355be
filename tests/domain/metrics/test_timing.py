"""When copies and accounts are measured."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.metrics.rules import day_of
from domain.metrics.timing import ahead, next_close, next_measure

ZURICH = ZoneInfo("Europe/Zurich")
FIRST = UUID(int=0)
PUBLISHED = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def moments(published_at: datetime, zone: ZoneInfo, account_id: UUID = FIRST) -> list[datetime]:
    found, now = [], published_at
    while (
        moment := next_measure(published_at, now=now, zone=zone, account_id=account_id)
    ) is not None:
        found.append(moment)
        now = moment
    return found


def test_a_fresh_post_is_measured_soon_and_then_at_growing_distances() -> None:
    ages = [(each - PUBLISHED).total_seconds() for each in moments(PUBLISHED, ZURICH)[:5]]

    assert ages == [5, 30, 120, 600, 3600]


def test_then_every_hour_for_two_days() -> None:
    found = moments(PUBLISHED, ZURICH)[4:52]

    assert found[0] == PUBLISHED + timedelta(hours=1)
    assert found[-1] == PUBLISHED + timedelta(days=2)
    assert {after - before for before, after in pairwise(found)} == {timedelta(hours=1)}


def test_then_once_a_day_half_an_hour_before_the_day_ends() -> None:
    found = moments(PUBLISHED, ZURICH)[52:]
    daily = [each for each in found if each < PUBLISHED + timedelta(days=30)]

    assert daily[0] == datetime(2026, 11, 4, 22, 30, tzinfo=UTC)
    assert len(daily) == 28
    assert len({day_of(each, ZURICH) for each in daily}) == 28


def test_then_on_sundays_until_it_is_a_year_old_and_never_again() -> None:
    found = [each for each in moments(PUBLISHED, ZURICH) if each - PUBLISHED > timedelta(days=32)]

    assert {day_of(each, ZURICH).weekday() for each in found} == {6}
    assert found[-1] - PUBLISHED < timedelta(days=372)
    assert next_measure(
        PUBLISHED, now=PUBLISHED + timedelta(days=365), zone=ZURICH, account_id=FIRST
    ) is None  # fmt: skip


def test_accounts_are_spread_over_half_an_hour() -> None:
    ends = {
        next_close(PUBLISHED, zone=ZURICH, account_id=UUID(int=number)) for number in range(5000)
    }

    assert max(ends) == datetime(2026, 11, 2, 22, 30, tzinfo=UTC)
    assert min(ends) == datetime(2026, 11, 2, 22, 0, 1, tzinfo=UTC)
    assert len(ends) == 1800


ANY_ZONE = st.sampled_from(["Europe/Zurich", "Pacific/Auckland", "America/Havana", "Africa/Cairo"])


@settings(deadline=None)
@given(ANY_ZONE, st.integers(0, 365 * 24 * 60), st.integers(0, 3600))
def test_no_day_is_left_out_whatever_the_clocks_do(name: str, minute: int, account: int) -> None:
    zone, now = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    days = []
    for _ in range(10):
        now = next_close(now, zone=zone, account_id=UUID(int=account))
        days.append(day_of(now, zone))

    assert {after - before for before, after in pairwise(days)} == {timedelta(days=1)}


@given(st.integers(0, 400 * 24 * 3600))
def test_what_is_measured_along_is_not_measured_again_at_its_own_moment(age_s: int) -> None:
    now = PUBLISHED + timedelta(seconds=age_s)
    moment = next_measure(PUBLISHED, now=now, zone=ZURICH, account_id=FIRST)

    assert moment is None or moment > now + ahead(PUBLISHED, now=now)
