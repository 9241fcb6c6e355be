"""What an iCalendar document (RFC 5545) says happens in a window of time.

Series are laid out in wall times of their zone: RRULE, RDATE and EXDATE; what a RECURRENCE-ID
names stands in the place of that one time. What is cancelled, or cannot be read, is left out. Times
without a zone, and whole days, are the community's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from itertools import islice
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, vRecur
from icalendar.error import BrokenCalendarProperty, InvalidCalendar

from domain.feeds.ics import clean
from domain.kernel.clock import FULL_DAY, resolve, zone
from domain.kernel.errors import RuleUnfit, ZoneUnknown
from domain.occasions.shapes import Found
from domain.plans.recurring import CLOCK_CHANGES, Rule, read_rule, walls

MOST_EVENTS = 5000
MOST_FOUND = 2000
MOST_RULES = 300
MOST_TIMES = 200_000
"""How many times of all series are looked at: some begin long ago."""
MOST_TITLE, MOST_TEXT, MOST_ID = 300, 2000, 500
BROKEN = (
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    BrokenCalendarProperty,
    InvalidCalendar,
)

Window = tuple[datetime, datetime]


class NotACalendar(ValueError):
    """The document is none, or holds too much."""


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


class Budget:
    """What one document may cost."""

    def __init__(self) -> None:
        self.rules, self.times = MOST_RULES, MOST_TIMES

    def spend(self) -> None:
        self.times -= 1
        if self.times < 0:
            raise NotACalendar("Its series have too many times.")

    def open_rule(self) -> None:
        self.rules -= 1
        if self.rules < 0:
            raise NotACalendar(f"It has more than {MOST_RULES} series.")


def read_document(body: bytes, time_zone: str, window: Window) -> tuple[Found, ...]:
    """The occasions that begin in the window, the first 2,000. Raises `NotACalendar`.

    May take seconds: not for the event loop.
    """
    try:
        calendars = Calendar.from_ical(body, multiple=True)
    except BROKEN as error:
        raise NotACalendar(str(error)[:200]) from error
    if not any(each.name == "VCALENDAR" for each in calendars):
        raise NotACalendar("It has no VCALENDAR.")
    events = [e for each in calendars for e in each.walk("VEVENT") if isinstance(e, Event)]
    if len(events) > MOST_EVENTS:
        raise NotACalendar(f"It has more than {MOST_EVENTS} events.")
    home, budget = Place(time_zone, zone(time_zone)), Budget()
    found: dict[tuple[str, str], Found] = {}
    for series in _series(events).values():
        try:
            laid_out = list(_of_series(series, home, window, budget))
        except NotACalendar:
            raise
        except BROKEN:
            continue
        found |= {(one.uid, one.recurrence): one for one in laid_out}
    return tuple(islice(sorted(found.values(), key=lambda one: one.starts_at), MOST_FOUND))


def _series(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(_uid(event), []).append(event)
    return found


def _of_series(events: list[Event], home: Place, window: Window, budget: Budget) -> Iterator[Found]:
    """An event and those of its times that were changed alone."""
    whole = [event for event in events if "RECURRENCE-ID" not in event]
    master = max(whole, key=_sequence, default=None)
    span = None if master is None else _span(master, home)
    changed: dict[str, Event] = {}
    for event in sorted((e for e in events if "RECURRENCE-ID" in e), key=_sequence):
        name = _named(event, span, home)
        if name is not None:
            changed[name] = event
    if master is not None and span is not None and not _is_cancelled(master):
        for wall, name in _times(master, span, window, budget):
            if name not in changed:
                yield from _within(_found(master, replace(span, wall=wall), home, name), window)
    for name, event in changed.items():
        own = _span(event, home)
        if own is not None and not _is_cancelled(event):
            yield from _within(_found(event, own, home, name), window)


def _times(
    event: Event, span: Span, window: Window, budget: Budget
) -> Iterator[tuple[datetime, str]]:
    """The wall times of an event about the window, and what names each."""
    rule = _rule(event, span)
    if rule is None:
        yield span.wall, ""
        return
    budget.open_rule()
    first, last = (span.place.wall(each) for each in window)
    for wall in walls(rule, span.wall, until=last + CLOCK_CHANGES):
        budget.spend()
        if wall >= first - CLOCK_CHANGES:
            yield wall, _name(wall, is_all_day=span.is_all_day)


def _rule(event: Event, span: Span) -> Rule | None:
    """None for what happens once; a rule that cannot be followed leaves the first time."""
    try:
        dates = [_wall(each[0], span.place) for each in event.rdates]
        without = [_wall(each, span.place) for each in event.exdates]
        given = event.get("RRULE")
        written = _written(given) if isinstance(given, vRecur) else ""
        rule = Rule({}, None, None, (), frozenset())
        if written:
            rule = read_rule(f"RRULE:{written}", "UTC")
            if rule.until is not None and rule.parts["UNTIL"].endswith("Z"):
                until = span.place.wall(rule.until.replace(tzinfo=UTC))
                rule = replace(rule, until=until)
    except (*BROKEN, RuleUnfit):
        return None
    if not (written or dates or without):
        return None
    # The first time belongs to a series, also where its rule would leave it out.
    dates = sorted({span.wall, *dates})
    return replace(rule, dates=tuple(dates), without=frozenset(without))


def _written(rule: vRecur) -> str:
    raw: bytes = rule.to_ical()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return raw.decode()


def _span(event: Event, home: Place) -> Span | None:
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
    return place.moment(_wall(given, place))


def _wall(given: date | datetime, place: Place) -> datetime:
    if not isinstance(given, datetime):
        return datetime.combine(given, time())
    return given if given.tzinfo is None else place.wall(given)


def _named(event: Event, span: Span | None, home: Place) -> str | None:
    """Which time of its series an event stands for."""
    try:
        given = event.decoded("RECURRENCE-ID")
    except BROKEN:
        return None
    place = home if span is None else span.place
    is_all_day = not isinstance(given, datetime) if span is None else span.is_all_day
    return _name(_wall(given, place), is_all_day=is_all_day)


def _name(wall: datetime, *, is_all_day: bool) -> str:
    return f"{wall:%Y%m%d}" if is_all_day else f"{wall:%Y%m%dT%H%M%S}"


def _found(event: Event, span: Span, home: Place, name: str) -> Found:
    starts_at = span.place.moment(span.wall)
    if span.is_all_day:
        first, last = span.wall.date(), (span.wall + span.length - FULL_DAY).date()
        ends_at = span.place.moment(span.wall + span.length)
    else:
        ends_at = starts_at + span.length
        first = home.wall(starts_at).date()
        last = max(first, home.wall(ends_at - timedelta(microseconds=1)).date())
    return Found(
        uid=_uid(event),
        recurrence=name,
        title=_text(event, "SUMMARY", MOST_TITLE),
        description=_text(event, "DESCRIPTION", MOST_TEXT),
        place=_text(event, "LOCATION", MOST_ID),
        url=_url(event),
        is_all_day=span.is_all_day,
        starts_on=first,
        ends_on=last,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=span.shown_zone,
    )


def _within(one: Found, window: Window) -> Iterator[Found]:
    if window[0] <= one.starts_at < window[1]:
        yield one


def _uid(event: Event) -> str:
    """Its own or, where it has none or an endless one, one that its content makes."""
    given = _text(event, "UID", MOST_TEXT)
    if given and len(given) <= MOST_ID:
        return given
    return f"sha256:{sha256(given.encode() or event.to_ical()).hexdigest()}"


def _sequence(event: Component) -> int:
    try:
        return int(event.decoded("SEQUENCE", 0))
    except BROKEN:
        return 0


def _is_cancelled(event: Event) -> bool:
    return _text(event, "STATUS", MOST_ID).upper() == "CANCELLED"


def _text(event: Component, name: str, most: int) -> str:
    given = event.get(name, "")
    return clean(str(given[0] if isinstance(given, list) else given)).strip()[:most]


def _url(event: Event) -> str | None:
    url = _text(event, "URL", MOST_TEXT)
    return url if url.startswith(("https://", "http://")) else None
