"""When an event of a calendar is: its wall time, its zone and how long it goes on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from icalendar import Event
from icalendar.error import BrokenCalendarProperty, InvalidCalendar

from domain.kernel.clock import FULL_DAY, resolve, zone
from domain.kernel.errors import ZoneUnknown

BROKEN = (
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    BrokenCalendarProperty,
    InvalidCalendar,
)
"""What the library raises for what makes no sense."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where wall times are resolved: an IANA zone, or one that the document describes."""

    name: str | None
    other: tzinfo

    def moment(self, wall: datetime) -> datetime:
        if self.name is not None:
            return resolve(wall, self.name)
        return wall.replace(tzinfo=self.other).astimezone(UTC)

    def wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.other).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Span:
    """When an event is, its first time as a wall time; `length` in days or, else, in real time."""

    wall: datetime
    length: timedelta
    is_all_day: bool
    place: Place
    shown_zone: str | None


def span_of(event: Event, home: Place) -> Span | None:
    try:
        start, end = event.start, event.end
    except BROKEN:
        return None
    if not isinstance(start, datetime):
        days = (end if not isinstance(end, datetime) else end.date()) - start
        midnight = datetime.combine(start, time())
        return Span(midnight, max(days, FULL_DAY), True, home, None)
    place = _place(start, home)
    wall = place.wall(start) if start.tzinfo else start
    ends_at = _moment(end, place)
    length = max(ends_at - place.moment(wall), timedelta(0))
    shown = place.name if start.tzinfo is not None and place.name != "UTC" else None
    return Span(wall, length, False, place, shown)


def _place(start: datetime, home: Place) -> Place:
    if start.tzinfo is None:
        return home
    name = start.tzinfo.key if isinstance(start.tzinfo, ZoneInfo) else None
    try:
        return Place(None if name is None else zone(name).key, start.tzinfo)
    except ZoneUnknown:
        return Place(None, start.tzinfo)


def _moment(given: date | datetime, place: Place) -> datetime:
    if isinstance(given, datetime) and given.tzinfo is not None:
        return given.astimezone(UTC)
    return place.moment(wall_of(given, place))


def wall_of(given: date | datetime, place: Place) -> datetime:
    if not isinstance(given, datetime):
        return datetime.combine(given, time())
    return given if given.tzinfo is None else place.wall(given)


def name_of(wall: datetime, *, is_all_day: bool) -> str:
    return f"{wall:%Y%m%d}" if is_all_day else f"{wall:%Y%m%dT%H%M%S}"
