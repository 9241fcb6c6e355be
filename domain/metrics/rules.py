"""How running totals become numbers of days, weeks and months. Pure: values in, values out.

A period's closing is its last sample. Its change is its closing less the closing of the period
before; a fall is a negative change. Without a closing just before, the change is unknown: nobody
can tell how a gap's growth fell on its days. What began in the period counts from 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.metrics.words import ENGAGEMENT_PARTS, ENGAGEMENTS, Interval

ONE_DAY = timedelta(days=1)
MOST_TOTAL = 10**15
"""More than anything is counted to; sums of such totals still fit."""


class Period(NamedTuple):
    interval: Interval
    starts_on: date


class Key(NamedTuple):
    """One number of one subject."""

    metric: str
    period: Period


@dataclass(frozen=True, slots=True)
class Closing:
    """The last total of a period and how far it moved in it; None when that is unknown."""

    closed_at: datetime
    total: int
    change: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One running total at a moment."""

    metric: str
    total: int
    sampled_at: datetime


def is_count(total: int) -> bool:
    """Whether a network can have counted so many: some tell -1, or a number without end."""
    return 0 <= total <= MOST_TOTAL


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day on the clocks of a zone."""
    return moment.astimezone(zone).date()


def period_of(day: date, interval: Interval) -> Period:
    if interval is Interval.WEEK:
        return Period(interval, day - ONE_DAY * day.weekday())
    if interval is Interval.MONTH:
        return Period(interval, day.replace(day=1))
    return Period(interval, day)


def before(period: Period) -> Period:
    return period_of(period.starts_on - ONE_DAY, period.interval)


def after(period: Period) -> Period:
    longest = {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 31}[period.interval]
    return period_of(period.starts_on + ONE_DAY * longest, period.interval)


def periods_of(day: date) -> list[Period]:
    return [period_of(day, interval) for interval in Interval]


def settle(
    known: Mapping[Key, Closing],
    readings: Iterable[Reading],
    *,
    zone: ZoneInfo,
    begun_at: datetime | None,
) -> dict[Key, Closing]:
    """The closings of one subject that new readings change, whatever their order.

    `known` holds the subject's closings in the periods of the readings and in those just before
    and after, engagements among them. `begun_at` is when the subject was published; None for
    what was there before it was first counted.
    """
    merged = dict(known)
    touched = _merge(merged, readings, zone)
    begun_on = None if begun_at is None else day_of(begun_at, zone)
    for metric, period in _and_next(touched):
        key = Key(metric, period)
        if key in merged:
            merged[key] = replace(merged[key], change=_change(merged, key, begun_on))
    for period in {period for metric, period in _and_next(touched) if _is_part(metric)}:
        _add_up(merged, period)
    return {key: value for key, value in merged.items() if known.get(key) != value}


def _merge(merged: dict[Key, Closing], readings: Iterable[Reading], zone: ZoneInfo) -> set[Key]:
    """Lets the latest reading of each period close it; gives what was closed anew."""
    touched = set()
    for reading in readings:
        for period in periods_of(day_of(reading.sampled_at, zone)):
            key = Key(reading.metric, period)
            closed = merged.get(key)
            if closed is None or closed.closed_at < reading.sampled_at:
                merged[key] = Closing(reading.sampled_at, reading.total, None)
                touched.add(key)
    return touched


def _and_next(touched: Iterable[Key]) -> set[Key]:
    """A closing moves its own period's change and the next one's."""
    return {each for key in touched for each in (key, Key(key.metric, after(key.period)))}


def _change(merged: Mapping[Key, Closing], key: Key, begun_on: date | None) -> int | None:
    total = merged[key].total
    previous = merged.get(Key(key.metric, before(key.period)))
    if previous is not None:
        return total - previous.total
    began_here = begun_on is not None and period_of(begun_on, key.period.interval) == key.period
    return total if began_here else None


def _is_part(metric: str) -> bool:
    return metric in ENGAGEMENT_PARTS


def _add_up(merged: dict[Key, Closing], period: Period) -> None:
    """Engagements of a period: known only when every part, of the period before too, is known."""
    parts = _parts(merged, period)
    if not parts:
        return
    changes = [part.change for part in parts.values() if part.change is not None]
    is_whole = len(changes) == len(parts) and _parts(merged, before(period)).keys() <= parts.keys()
    merged[Key(ENGAGEMENTS, period)] = Closing(
        max(part.closed_at for part in parts.values()),
        sum(part.total for part in parts.values()),
        sum(changes) if is_whole else None,
    )


def _parts(merged: Mapping[Key, Closing], period: Period) -> dict[str, Closing]:
    keys = (Key(metric, period) for metric in ENGAGEMENT_PARTS)
    return {key.metric: merged[key] for key in keys if key in merged}
