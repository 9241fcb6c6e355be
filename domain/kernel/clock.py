"""Time: moments are aware and UTC, planned times are wall times in a zone."""

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import tzdata
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    NaiveDatetime,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from domain.kernel.errors import ZoneUnknown

FULL_DAY = timedelta(days=1)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT_LENGTH = 40
"""Nine digits of a second and an offset take 35."""
MOMENT = re.compile(DAY.pattern + r"[Tt ][0-9]{2}:[0-9]{2}")
NO_WALL_TIME = ("wall_time", "Send a wall time such as 2026-12-01T09:30:00, without an offset.")
NO_MOMENT = ("datetime_parsing", "Send a moment such as 2026-12-01T08:30:00Z.")
END_OF_TIME = (
    "datetime_endless",
    "The first and the last moment that can be written stand for none: leave it out, or send null.",
)
FIRST_YEAR, LAST_YEAR = 1000, 2999
_EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(microseconds=1)
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(microseconds=1)
WALL_TIME = (
    "^([12][0-9]{3}-"
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|1[0-9]|2[0-8]))"
    "|[12][0-9]([02468][48]|[13579][26]|[2468]0)-02-29)"
    "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
)
"""Days that exist, to the second: written so that generated clients refuse the others too."""


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


def zone_rules() -> str:
    """The version of the tz data that zones are read from, such as `2026f`.

    Newer ones are greater. The machine's own data tell theirs in `tzdata.zi`; where `PYTHONTZPATH`
    is empty, as `./parvis` has it, the locked package's hold.
    """
    for folder in zoneinfo.TZPATH:
        told = Path(folder) / "tzdata.zi"
        if told.is_file():
            with told.open() as lines:
                return lines.readline().split()[-1]
    version: str = tzdata.IANA_VERSION
    return version


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


def as_kept(moment: datetime) -> datetime:
    """The moment in UTC, moved off the two ends of time.

    asyncpg (0.32) writes those as PostgreSQL's infinities and reads them without a zone, so that
    nothing could show such a row any more. Year 1 is what .NET says of a time that was never set.
    """
    try:
        found = moment.astimezone(UTC)
    except OverflowError:
        found = moment.replace(tzinfo=UTC)
    return found if _EARLIEST < found < _LATEST else min(max(found, _EARLIEST), _LATEST)


def _known_zone(name: str) -> str:
    try:
        zone(name)
    except ZoneUnknown as error:
        raise PydanticCustomError(error.code, "{message}", {"message": error.message}) from None
    return name


def _to_utc(moment: datetime) -> datetime:
    try:
        found = moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError(*NO_MOMENT) from None
    if as_kept(found) != found:
        raise PydanticCustomError(*END_OF_TIME)
    return found


def _written(value: object) -> object:
    """Refuses what Pydantic would take for seconds since 1970, and days that lack a time."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and len(value) <= MOMENT_LENGTH and MOMENT.match(value):
        return value
    raise PydanticCustomError(*NO_MOMENT)


def _written_wall_time(value: object) -> object:
    # From the graph it comes as a value: the years of the pattern hold for it too.
    if isinstance(value, datetime) and FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    if isinstance(value, str) and re.match(WALL_TIME, value):
        return value
    raise PydanticCustomError(*NO_WALL_TIME)


def _written_day(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "Send a day such as 2026-12-01.")


ZoneName = Annotated[
    str,
    AfterValidator(_known_zone),
    Field(min_length=1, max_length=64, examples=["Europe/Zurich"]),
]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    AfterValidator(_to_utc),
    Field(examples=["2026-12-01T08:30:00Z"], json_schema_extra={"maxLength": MOMENT_LENGTH}),
]
WallTime = Annotated[
    NaiveDatetime,
    BeforeValidator(_written_wall_time),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": WALL_TIME,
            "maxLength": 19,
            "examples": ["2026-12-01T09:30:00"],
        }
    ),
]
Day = Annotated[date, BeforeValidator(_written_day), Field(examples=["2026-12-01"])]
