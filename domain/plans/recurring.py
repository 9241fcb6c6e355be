"""What a rule comes to: pure, in wall times, resolved in the zone of the recurrence."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, datetime, timedelta
from heapq import merge
from itertools import groupby, islice, zip_longest

from dateutil.rrule import rrule

from domain.kernel.clock import resolve, zone
from domain.plans.rule_text import Rule, keywords, read_rule

__all__ = [
    "CLOCK_CHANGES",
    "FURTHEST",
    "Coming",
    "Rule",
    "before",
    "begins_anew",
    "comes_at",
    "coming",
    "moved",
    "onward",
    "pair",
    "read_rule",
    "walls",
    "without",
]

FURTHEST = timedelta(days=50 * 366)
"""How far ahead the next occurrence is looked for: ten leap days take 40 years."""
CYCLE_YEARS = 400
CYCLE = timedelta(days=146_097)
"""The Gregorian calendar's: whole weeks."""
MOST_EVEN = 65
"""Years that fit between 9900, which has no leap day, and the last 30 of all."""
CLOCK_CHANGES = timedelta(days=2)
"""More than any change of clocks moves a wall time."""


@dataclass(frozen=True, slots=True)
class Coming:
    """One occurrence: its wall time, and the moment that is in its zone."""

    occurs_at: datetime
    at: datetime


def coming(
    rule: Rule, starts_at: datetime, zone_name: str, *, after: datetime, until: datetime
) -> Iterator[Coming]:
    """What comes after a moment and up to another, in order, each wall time once.

    In the gap of a clock change it comes at the next valid moment, in an overlap at the first.
    """
    place = zone(zone_name)
    last = until.astimezone(place).replace(tzinfo=None) + CLOCK_CHANGES
    first = after.astimezone(place).replace(tzinfo=None) - CLOCK_CHANGES
    for wall in walls(rule, starts_at, until=last):
        if wall < first:
            continue
        at = resolve(wall, zone_name)
        if after < at <= until:
            yield Coming(wall, at)


def walls(rule: Rule, starts_at: datetime, *, until: datetime) -> Iterator[datetime]:
    """Those of the rule, from the start on, and the dates, without the exceptions."""
    last = until if rule.until is None else min(until, rule.until)
    ruled = _ruled(rule, starts_at, last) if rule.parts and starts_at <= last else ()
    dates = (each for each in rule.dates if each <= until)
    for wall, _ in groupby(merge(ruled, dates)):
        if wall not in rule.without:
            yield wall


def _ruled(rule: Rule, starts_at: datetime, last: datetime) -> Iterator[datetime]:
    """What dateutil finds, at the end of its time: there it stops where nothing comes any more.

    Between two occurrences it looks at no bound but the year 9999, for seconds.
    """
    shift = _to_the_end(starts_at.year, last.year)
    found = rrule(dtstart=starts_at + shift, until=last + shift, **keywords(rule))
    try:
        for each in islice(found, rule.count):
            yield each - shift
    except ValueError:
        # dateutil 4.0 has no week that would reach the year 10000.
        return


def _to_the_end(first: int, last: int) -> timedelta:
    """From these years to years at the end of time whose days have the same weekdays.

    After 400 years the calendar is the same; and after fewer, where no century leaves out its
    leap day: within the last 30 years of all, one is like any other.
    """
    is_even = not any(year % 100 == 0 and year % CYCLE_YEARS for year in range(first - 1, last + 1))
    if is_even and last - first < MOST_EVEN:
        new_year = date(last, 1, 1)
        for year in range(MAXYEAR - 1, MAXYEAR - 29, -1):
            there = date(year, 1, 1)
            if (year - last) % 4 == 0 and there.weekday() == new_year.weekday():
                return there - new_year
    return CYCLE * ((MAXYEAR - last) // CYCLE_YEARS)


def comes_at(rule: Rule, starts_at: datetime, wall: datetime) -> bool:
    """Whether a wall time is one of its occurrences."""
    return wall in walls(rule, starts_at, until=wall)


def before(rule: Rule, starts_at: datetime, wall: datetime) -> Rule:
    """The rule without a wall time and all that comes after it."""
    last, parts, count = wall - timedelta(seconds=1), rule.parts, rule.count
    until = last if rule.until is None else min(rule.until, last)
    if parts and count is not None:
        # Counted still: the split may lie behind the last that it counts.
        count = _past(rule, starts_at, wall)
        parts = parts if count else {}
    return replace(
        rule,
        parts=parts,
        until=until if parts and count is None else None,
        count=count or None,
        dates=tuple(each for each in rule.dates if each < wall),
        without=frozenset(each for each in rule.without if each < wall),
    )


def begins_anew(rule: Rule, starts_at: datetime, wall: datetime) -> datetime:
    """Where the rule goes on with the same count of days and weeks, from a wall time on."""
    ruled = _ruled(rule, starts_at, wall + FURTHEST) if rule.parts else iter(())
    return next((each for each in ruled if each >= wall), wall)


def onward(rule: Rule, starts_at: datetime, wall: datetime) -> Rule:
    """The rule from one of its wall times on, to begin where `begins_anew` says."""
    parts, count = rule.parts, rule.count
    if parts and count is not None:
        count -= _past(rule, starts_at, wall)
        parts, count = (parts, count) if count > 0 else ({}, None)
    return replace(
        rule,
        parts=parts,
        until=rule.until if parts else None,
        count=count,
        dates=tuple(each for each in rule.dates if each >= wall),
        without=frozenset(each for each in rule.without if each >= wall),
    )


def _past(rule: Rule, starts_at: datetime, wall: datetime) -> int:
    """How many the rule itself has before a wall time."""
    if starts_at >= wall:
        return 0
    return sum(1 for _ in _ruled(rule, starts_at, wall - timedelta(seconds=1)))


def without(rule: Rule, wall: datetime) -> Rule:
    """The rule with one more exception."""
    return replace(rule, without=rule.without | {wall})


def moved(rule: Rule, starts_at: datetime, to: datetime) -> Rule:
    """The rule where it starts at another time: what was skipped stays so, its last day the last.

    Exceptions and ends are wall times of the start before, which would fit nothing any more.
    """
    free = replace(rule, until=None, without=frozenset())
    skipped = frozenset(_moved(free, wall, starts_at, to) for wall in rule.without)
    return replace(rule, until=_ends(rule, starts_at, to), without=skipped)


def _moved(free: Rule, wall: datetime, starts_at: datetime, to: datetime) -> datetime:
    """Where a skipped one comes now: at the same time, on the same day, or as far on as the start.

    Nowhere: it stays where it was.
    """
    if not comes_at(free, starts_at, wall):
        return wall
    places = (wall, datetime.combine(wall.date(), to.time()), wall + (to - starts_at))
    return next((each for each in places if comes_at(free, to, each)), wall)


def _ends(rule: Rule, starts_at: datetime, to: datetime) -> datetime | None:
    """An end that came after the time of its day, or before it, still does."""
    until = rule.until
    if until is None or "BYHOUR" in rule.parts:
        return until
    is_in = until.time() >= starts_at.time()
    if is_in == (until.time() >= to.time()):
        return until
    last = datetime.combine(until.date(), to.time())
    return last if is_in else last - timedelta(seconds=1)


def pair(
    kept: Collection[datetime], expected: Sequence[Coming]
) -> list[tuple[datetime | None, Coming | None]]:
    """What becomes of occurrences when their rule has changed, the soonest first.

    Those that come as before stay; the others move, in order, to what is new; (wall, None) comes
    no more, (None, coming) is new.
    """
    walls = {each.occurs_at for each in expected}
    stale = sorted(wall for wall in kept if wall not in walls)
    fresh = [each for each in expected if each.occurs_at not in kept]
    same = [(each.occurs_at, each) for each in expected if each.occurs_at in kept]
    pairs = [*same, *zip_longest(stale, fresh)]
    return sorted(pairs, key=lambda pair: pair[1].occurs_at if pair[1] else pair[0])
