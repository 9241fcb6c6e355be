"""When a subject is measured next. Pure.

A post: soon after it is public, and again while its first readers come; then every hour for two
days, then shortly before the end of each day until it is 30 days old, then before the end of each
week until it is a year old. An account: shortly before the end of each day. So a day's closing
total is taken near its close.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.clock import resolve
from domain.metrics.rules import ONE_DAY, day_of

EARLY = tuple(timedelta(seconds=age) for age in (5, 30, 120, 600))
"""Ages of a post at which it is measured in its first hour."""
FIRST_WAIT = EARLY[0]
AHEAD = timedelta(minutes=5)
"""What falls due this soon is measured along, so that one call serves many."""
HOURLY_FOR = timedelta(days=2)
DAILY_FOR = timedelta(days=30)
WEEKLY_FOR = timedelta(days=365)
HOUR = timedelta(hours=1)
BEFORE_CLOSE = timedelta(minutes=30)
"""A late worker still measures the day it meant."""
SPREAD_S = 1800
"""Accounts are measured over half an hour, not all at one instant."""
SUNDAY = 6


def next_measure(
    published_at: datetime, *, now: datetime, zone: ZoneInfo, account_id: UUID
) -> datetime | None:
    """When a post's copy that is measured at `now` is measured next; None: never again."""
    now += ahead(published_at, now=now)
    age = max(now - published_at, timedelta(0))
    for early in EARLY:
        if age < early:
            return published_at + early
    if age < HOURLY_FOR:
        return published_at + HOUR * (age // HOUR + 1)
    if age < DAILY_FOR:
        return next_close(now, zone=zone, account_id=account_id)
    if age < WEEKLY_FOR:
        return _next_week_close(now, zone, account_id)
    return None


def ahead(published_at: datetime, *, now: datetime) -> timedelta:
    """How far ahead of its time a post's copy is measured along: half its way at most."""
    return min(AHEAD, max(now - published_at, timedelta(0)))


def next_close(now: datetime, *, zone: ZoneInfo, account_id: UUID) -> datetime:
    """The moment shortly before the end of a day that comes next after `now`."""
    day = day_of(now, zone)
    while (moment := _close_of(day, zone, account_id)) <= now:
        day += ONE_DAY
    return moment


def _next_week_close(now: datetime, zone: ZoneInfo, account_id: UUID) -> datetime:
    day = day_of(now, zone)
    day += ONE_DAY * (SUNDAY - day.weekday())
    while (moment := _close_of(day, zone, account_id)) <= now:
        day += 7 * ONE_DAY
    return moment


def _close_of(day: date, zone: ZoneInfo, account_id: UUID) -> datetime:
    midnight = resolve(datetime.combine(day + ONE_DAY, time.min), zone.key)
    return midnight - BEFORE_CLOSE - timedelta(seconds=account_id.int % SPREAD_S)
