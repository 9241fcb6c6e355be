"""Time: moments are aware and UTC, planned times are wall times in a zone."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, Field, NaiveDatetime
from pydantic_core import PydanticCustomError

from domain.kernel.errors import ZoneUnknown

FULL_DAY = timedelta(days=1)


def utc_now() -> datetime:
    """Only composition roots call this; everyone else is given `now`."""
    return datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises `ZoneUnknown`."""
    if name not in _zone_names():
        raise ZoneUnknown(f"{name!r} is not an IANA time zone.")
    return ZoneInfo(name)


@cache
def _zone_names() -> set[str]:
    # Read from the disk each time it is asked for: some 10 ms.
    return available_timezones()


def resolve(wall: datetime, zone_name: str) -> datetime:
    """The moment of a wall time: the first of two in an overlap, the next valid one in a gap."""
    place = zone(zone_name)
    moment = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall, place)


def _end_of_gap(wall: datetime, place: ZoneInfo) -> datetime:
    # Read with the offset from before the gap, the wall time lies after it; with the offset
    # from after the gap, before it: the transition is between the two.
    late = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    early = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    after = late.astimezone(place).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(place).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)


def _known_zone(name: str) -> str:
    try:
        zone(name)
    except ZoneUnknown as error:
        raise PydanticCustomError(error.code, "{message}", {"message": error.message}) from None
    return name


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


ZoneName = Annotated[
    str, AfterValidator(_known_zone), Field(max_length=64, examples=["Europe/Zurich"])
]
Moment = Annotated[AwareDatetime, AfterValidator(_to_utc), Field(examples=["2026-12-01T08:30:00Z"])]
WallTime = Annotated[NaiveDatetime, Field(examples=["2026-12-01T09:30:00"])]
