"""What an iCalendar document (RFC 5545) says happens in a window of time.

Series are laid out in wall times of their zone: RRULE, RDATE and EXDATE; what a RECURRENCE-ID
names stands in the place of that one time. What is cancelled, or cannot be read, is left out. Times
without a zone, and whole days, are the community's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from time import monotonic

from icalendar import Event, vRecur

from domain.kernel.clock import zone
from domain.kernel.errors import RuleUnfit
from domain.occasions.describing import found_in, is_cancelled, sequence_of, uid_of
from domain.occasions.shapes import Found
from domain.occasions.spans import BROKEN, Place, Span, name_of, span_of, wall_of
from domain.occasions.zones import parse
from domain.plans.recurring import CLOCK_CHANGES, Rule, read_rule, walls

MOST_EVENTS = 5000
MOST_DATES = 10_000
"""Of RDATE and EXDATE together: each costs as much as an event, and a daily one of 27 years has so
many. They are counted before they are read."""
MOST_LINES = 200_000
"""Forty of each event. Each takes 40 µs, while other calendars wait."""
DATES = re.compile(rb"^(?:EX|R)DATE[;:][^\r\n]*", re.IGNORECASE | re.MULTILINE)
FOLDED = re.compile(rb"\r?\n[ \t]")
MOST_FOUND = 2000
MOST_TIMES = 200_000
"""How many times of all series are looked at: some begin long ago."""
LONGEST_S = 10.0
"""How long the series may take: a rule that never comes costs a tenth of a second."""

Window = tuple[datetime, datetime]


class NotACalendar(ValueError):
    """The document is none, or holds too much."""


class Budget:
    """What one document may cost."""

    def __init__(self) -> None:
        self.times, self.until = MOST_TIMES, monotonic() + LONGEST_S

    def spend(self, times: int) -> None:
        self.times -= times
        if self.times < 0 or monotonic() > self.until:
            raise NotACalendar("Its series come too often, or too seldom.")


def read_document(body: bytes, time_zone: str, window: Window) -> tuple[Found, ...]:
    """The occasions that begin in the window, the first 2,000. Raises `NotACalendar`.

    May take seconds: not for the event loop.
    """
    unfolded = FOLDED.sub(b"", body)
    if unfolded.count(b"\n") > MOST_LINES:
        raise NotACalendar(f"It has more than {MOST_LINES:,} lines.")
    if sum(1 + line.count(b",") for line in DATES.findall(unfolded)) > MOST_DATES:
        raise NotACalendar(f"Its series name more than {MOST_DATES:,} dates.")
    try:
        calendars = parse(body)
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
        budget.spend(0)
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
        found.setdefault(uid_of(event), []).append(event)
    return found


def _of_series(events: list[Event], home: Place, window: Window, budget: Budget) -> Iterator[Found]:
    """An event and those of its times that were changed alone."""
    whole = [event for event in events if "RECURRENCE-ID" not in event]
    master = max(whole, key=sequence_of, default=None)
    span = None if master is None else span_of(master, home)
    changed: dict[str, Event] = {}
    for event in sorted((e for e in events if "RECURRENCE-ID" in e), key=sequence_of):
        name = _named(event, span, home)
        if name is not None:
            changed[name] = event
    if master is not None and span is not None and not is_cancelled(master):
        for wall, name in _times(master, span, window, budget):
            if name not in changed:
                yield from _within(found_in(master, replace(span, wall=wall), home, name), window)
    for name, event in changed.items():
        own = span_of(event, home)
        if own is not None and not is_cancelled(event):
            yield from _within(found_in(event, own, home, name), window)


def _times(
    event: Event, span: Span, window: Window, budget: Budget
) -> Iterator[tuple[datetime, str]]:
    """The wall times of an event about the window, and what names each."""
    rule = _rule(event, span)
    if rule is None:
        yield span.wall, ""
        return
    first, last = (span.place.wall(each) for each in window)
    for wall in walls(rule, span.wall, until=last + CLOCK_CHANGES):
        budget.spend(1)
        if wall >= first - CLOCK_CHANGES:
            yield wall, name_of(wall, is_all_day=span.is_all_day)


def _rule(event: Event, span: Span) -> Rule | None:
    """None for what happens once; a rule that cannot be followed leaves the first time."""
    try:
        dates = [wall_of(each[0], span.place) for each in event.rdates]
        without = [wall_of(each, span.place) for each in event.exdates]
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


def _named(event: Event, span: Span | None, home: Place) -> str | None:
    """Which time of its series an event stands for."""
    try:
        given = event.decoded("RECURRENCE-ID")
    except BROKEN:
        return None
    place = home if span is None else span.place
    is_all_day = not isinstance(given, datetime) if span is None else span.is_all_day
    return name_of(wall_of(given, place), is_all_day=is_all_day)


def _within(one: Found, window: Window) -> Iterator[Found]:
    if window[0] <= one.starts_at < window[1]:
        yield one
