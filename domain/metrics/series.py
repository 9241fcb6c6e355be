"""The hot read of series: columns built by PostgreSQL in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller, Scope
from domain.kernel.clock import FIRST_YEAR, LAST_YEAR
from domain.kernel.database import held
from domain.kernel.errors import Fault, Misfit
from domain.metrics.catalogue import recipe
from domain.metrics.rules import ONE_DAY, after, period_of
from domain.metrics.words import ENGAGEMENT_PARTS, GroupBy, Interval, MetricKey

USUAL_DAYS = 30
TODAY = "SELECT parvis_today($1, $2)"
MOST_DAYS = 400
NETWORK_SERIES = "SELECT parvis_network_series($1,$2,$3,$4,$5,$6,$7,$8,$9)"
SERIES = "SELECT parvis_series($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)"
PARTS = [str(part) for part in ENGAGEMENT_PARTS]


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """Every filter that is set must hold; a tuple holds when one of its members does.

    The account metrics of a community are the same in all its calendars: `calendar_ids` does
    not narrow them, `post_ids` leaves them out.
    """

    metrics: tuple[MetricKey, ...]
    community_ids: tuple[UUID, ...] = ()
    account_ids: tuple[UUID, ...] = ()
    calendar_ids: tuple[UUID, ...] = ()
    post_ids: tuple[UUID, ...] = ()
    networks: tuple[str, ...] = ()
    group_by: GroupBy = GroupBy.NONE
    interval: Interval = Interval.DAY
    first_on: date | None = None
    last_on: date | None = None


async def read_series(
    reads: asyncpg.Pool, caller: Caller, query: SeriesQuery, *, now: datetime
) -> str:
    """A `SeriesAnswer` as JSON.

    Raises `Misfit` for no metric and for a window turned round, too long or too far.
    """
    caller.need(Scope.METRICS_READ)
    if not query.metrics:
        raise Misfit("At least one metric.", at="/metrics")
    last_on = query.last_on or await _today(reads, caller, now)
    if not FIRST_YEAR <= last_on.year <= LAST_YEAR:
        message = f"Days are of the years {FIRST_YEAR} to {LAST_YEAR}."
        raise Misfit(faults=(Fault("/query/to", "window.invalid", message),))
    first_on = query.first_on or last_on - timedelta(days=USUAL_DAYS - 1)
    head, starts = _window(query.group_by, query.interval, first_on, last_on)
    if _is_usual(query):
        statement = NETWORK_SERIES
        bound = (*_usually_bound(query), *_months(first_on, last_on))
    else:
        statement, bound = SERIES, (*_bound(query), starts)
    if caller.communities is None:
        found = await reads.fetchval(statement, caller.workspace_id, *bound)
    else:
        async with held(reads, caller) as seen:
            found = await seen.fetchval(statement, caller.workspace_id, *bound)
    return f"{head}{found}]}}"


async def _today(reads: asyncpg.Pool, caller: Caller, now: datetime) -> date:
    """The last day that has begun somewhere in the house: days are cut in zones of its own."""
    found: date | None = await reads.fetchval(TODAY, caller.workspace_id, now)
    return found or now.date()


def _is_usual(query: SeriesQuery) -> bool:
    """Whether `network_months` holds the answer: one community's days by network."""
    return (
        query.group_by is GroupBy.NETWORK
        and query.interval is Interval.DAY
        and len(query.community_ids) == 1
        and not (query.account_ids or query.calendar_ids or query.post_ids)
        and all(recipe(key).denominator is None for key in query.metrics)
    )


@lru_cache(maxsize=256)
def _window(
    group_by: GroupBy, interval: Interval, first_on: date, last_on: date
) -> tuple[str, Sequence[date]]:
    """The beginning of the answer, and the first day of each period."""
    if last_on < first_on:
        raise Misfit(
            faults=(Fault("/query/to", "window.reversed", "The last day is before the first."),)
        )
    if (last_on - first_on).days >= MOST_DAYS:
        message = f"At most {MOST_DAYS} days at once."
        raise Misfit(faults=(Fault("/query/from", "window.too_long", message),))
    period, starts = period_of(first_on, interval), list[date]()
    while period.starts_on <= last_on:
        starts.append(period.starts_on)
        period = after(period)
    days = ",".join(f'"{day.isoformat()}"' for day in starts)
    head = f'{{"interval":"{interval}","group_by":"{group_by}","days":[{days}],"series":['
    return head, starts


@lru_cache(maxsize=256)
def _bound(query: SeriesQuery) -> tuple[object, ...]:
    recipes = [recipe(key) for key in query.metrics]
    return (
        list(query.community_ids) or None,
        list(query.account_ids) or None,
        list(query.calendar_ids) or None,
        list(query.post_ids) or None,
        list(query.networks) or None,
        [str(key) for key in query.metrics],
        [str(made.numerator) for made in recipes],
        [None if made.denominator is None else str(made.denominator) for made in recipes],
        [str(made.method) for made in recipes],
        PARTS,
        str(query.group_by),
        str(query.interval),
    )


@lru_cache(maxsize=256)
def _usually_bound(query: SeriesQuery) -> tuple[object, ...]:
    return (
        query.community_ids[0],
        list(query.networks) or None,
        [str(key) for key in query.metrics],
        [str(recipe(key).method) for key in query.metrics],
        PARTS,
    )


@lru_cache(maxsize=256)
def _months(first_on: date, last_on: date) -> tuple[list[date], list[int], list[int]]:
    """The months of a window, with the first and the last day of each that lies in it."""
    months, firsts, lasts = list[date](), list[int](), list[int]()
    month = period_of(first_on, Interval.MONTH)
    while month.starts_on <= last_on:
        following = after(month)
        months.append(month.starts_on)
        firsts.append(max(first_on, month.starts_on).day)
        lasts.append(min(last_on, following.starts_on - ONE_DAY).day)
        month = following
    return months, firsts, lasts
