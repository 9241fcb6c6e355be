"""Wall times in every zone: as written where they exist, the first of two, the next after a gap."""

import zoneinfo
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
import tzdata
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.kernel.clock import Day, Moment, WallTime, ZoneName, resolve, zone, zone_rules
from domain.kernel.errors import ZoneUnknown
from tests.rules_of_zones import new_rules

ZONES = sorted(available_timezones())
SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
FROM, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
WALLS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - wall times


@cache
def changes() -> list[tuple[str, datetime, timedelta, timedelta]]:
    """Every change of an offset between 2024 and 2031: zone, moment, offsets before and after."""
    return [(name, *each) for name in ZONES for each in _changes(ZoneInfo(name))]


def _changes(place: ZoneInfo) -> list[tuple[datetime, timedelta, timedelta]]:
    found, here = [], FROM
    while here < UNTIL:
        if _offset(here, place) != _offset(here + WEEK, place):
            seconds = range(int(WEEK.total_seconds()))
            before = _offset(here, place)
            at = bisect_right(
                seconds, False, key=lambda s: _offset(here + s * SECOND, place) != before
            )
            moment = here + at * SECOND
            found.append((moment, before, _offset(moment, place)))
        here += WEEK
    return found


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    offset = moment.astimezone(place).utcoffset()
    assert offset is not None
    return offset


def _wall(moment: datetime, name: str) -> datetime:
    return moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)


@given(WALLS, st.sampled_from(ZONES))
@example(datetime(2011, 12, 30, 12), "Pacific/Apia")  # noqa: DTZ001 - a day that did not exist
@example(datetime(1993, 8, 21, 12), "Pacific/Kwajalein")  # noqa: DTZ001 - as above
@example(datetime(2026, 3, 29, 2, 30), "Europe/Zurich")  # noqa: DTZ001 - a gap
@example(datetime(2026, 10, 25, 2, 30), "Europe/Zurich")  # noqa: DTZ001 - an overlap
@example(datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe")  # noqa: DTZ001 - half an hour
def test_a_wall_time_is_the_first_moment_that_shows_it_or_comes_after(
    wall: datetime, name: str
) -> None:
    moment = resolve(wall, name)
    shown = _wall(moment, name)

    assert moment.tzinfo is UTC
    assert shown >= wall
    if shown == wall:
        # No other moment that shows it lies before.
        assert not any(
            _wall(moment - timedelta(minutes=m), name) == wall for m in range(15, 24 * 60 + 1, 15)
        )
    else:
        # The clock was put forward at this very moment, past the wall time.
        assert _wall(moment - SECOND, name) < wall


@given(st.data())
def test_in_every_gap_the_moment_of_the_change_is_taken(data: st.DataObject) -> None:
    gaps = [each for each in changes() if each[3] > each[2]]
    name, moment, before, after = data.draw(st.sampled_from(gaps))
    inside = data.draw(st.integers(0, int((after - before).total_seconds()) - 1))
    wall = (moment + before).replace(tzinfo=None) + inside * SECOND

    assert resolve(wall, name) == moment


@given(st.data())
def test_in_every_overlap_the_first_of_the_two_is_taken(data: st.DataObject) -> None:
    overlaps = [each for each in changes() if each[3] < each[2]]
    name, moment, before, after = data.draw(st.sampled_from(overlaps))
    inside = data.draw(st.integers(1, int((before - after).total_seconds())))
    first = moment - inside * SECOND

    assert resolve(_wall(first, name), name) == first


def test_both_transitions_are_tried_in_many_zones() -> None:
    forward = {name for name, _, before, after in changes() if after > before}
    back = {name for name, _, before, after in changes() if after < before}

    assert len(forward) > 100
    assert len(back) > 100
    assert {"Europe/Zurich", "Africa/Casablanca", "Australia/Lord_Howe"} <= forward & back


def test_the_version_of_the_rules_is_that_of_the_data_which_are_read() -> None:
    with new_rules("2999a", {}):
        assert zone_rules() == "2999a"
    with new_rules("2999b", {}):
        zoneinfo.reset_tzpath([])
        assert zone_rules() == tzdata.IANA_VERSION
    assert zone_rules() < "2999a"


def test_seconds_and_their_fractions_are_kept() -> None:
    wall = datetime(2026, 11, 23, 9, 0, 1, 5)  # noqa: DTZ001 - a wall time

    assert resolve(wall, "Europe/Zurich") == datetime(2026, 11, 23, 8, 0, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Base", "", "europe/zurich", "../etc/passwd", "CET+1"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(ZoneUnknown):
        zone(name)
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(ZoneName).validate_python(name)
    assert refused.value.errors()[0]["type"] in {"time_zone.unknown", "string_too_short"}


def test_every_zone_is_known() -> None:
    assert [name for name in ZONES if zone(name).key != name] == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Moment, "2026-12-01T08:30:00"),
        (Moment, "2026-12-01"),
        (Moment, "1764577800"),
        (Moment, "0001-01-01T00:00:00+05:00"),
        (Moment, "0001-01-01T00:00:00Z"),
        (Moment, "9999-12-31T23:59:59.9999999Z"),
        (WallTime, "2026-12-01T09:30:00Z"),
        (WallTime, "2026-02-30T09:30:00"),
        (WallTime, "2025-02-29T09:30"),
        (WallTime, "2026-12-01"),
        (Day, "2026-12-01T00:00:00"),
        (Day, "2026-13-01"),
    ],
)
def test_times_of_another_kind_are_refused(kind: type[datetime], text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


def test_moments_become_utc_and_wall_times_stay() -> None:
    moment = TypeAdapter(Moment).validate_python("2026-12-01T09:30:00+01:00")
    wall = TypeAdapter(WallTime).validate_python("2024-02-29T09:30")

    assert (moment, moment.tzinfo) == (datetime(2026, 12, 1, 8, 30, tzinfo=UTC), UTC)
    assert (wall.isoformat(), wall.tzinfo) == ("2024-02-29T09:30:00", None)
