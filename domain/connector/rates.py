"""What a network's headers say of our rate budget, in the dialects networks speak.

The limit, what remains and when it is whole again stand in one of these (read 2026-11-22):
- `RateLimit: "name";r=…;t=…` or `limit=…, remaining=…, reset=…`, `RateLimit-*`: IETF drafts, reset
  in seconds; Bluesky sends an epoch there;
- `X-RateLimit-*`: reset as ISO 8601 (Mastodon), as an epoch (Discord, X as `X-Rate-Limit-*`) or as
  seconds left (Reddit, with decimals); Discord also says `-Reset-After`;
- `Retry-After`: seconds or an HTTP date; nothing remains until then.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import isfinite

_EPOCH_FROM = 1_000_000_000
_LONGEST = timedelta(days=366)
_FIELD = re.compile(r"(?:^|[;,\s])(limit|remaining|reset|q|r|t)=\"?([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Rate:
    """One budget as last told; None is what the network did not say."""

    limit: int | None
    remaining: int | None
    resets_at: datetime | None


def read_rate(headers: Mapping[str, str], *, now: datetime) -> Rate | None:
    """The budget that the headers of one answer tell, None when they tell nothing we can read.

    Header names are lower case. `Retry-After` wins: a network that sends it wants to be left alone.
    """
    told = _structured(headers, now) or _separate(headers, now)
    wait = headers.get("retry-after")
    until = None if wait is None else (_after(wait, now) or _http_date(wait, now))
    if until is None:
        return told
    return Rate(limit=told.limit if told else None, remaining=0, resets_at=until)


def _structured(headers: Mapping[str, str], now: datetime) -> Rate | None:
    fields = dict(_FIELD.findall(headers.get("ratelimit", "").lower()))
    if not fields:
        return None
    reset = fields.get("reset", fields.get("t"))
    return _rate(
        _whole(fields.get("limit", fields.get("q"))),
        _whole(fields.get("remaining", fields.get("r"))),
        None if reset is None else _moment(reset, now),
    )


def _separate(headers: Mapping[str, str], now: datetime) -> Rate | None:
    for prefix in ("ratelimit", "x-ratelimit", "x-rate-limit"):
        reset = headers.get(f"{prefix}-reset-after") or headers.get(f"{prefix}-reset")
        told = _rate(
            _whole(headers.get(f"{prefix}-limit")),
            _whole(headers.get(f"{prefix}-remaining")),
            None if reset is None else _moment(reset, now),
        )
        if told is not None:
            return told
    return None


def _rate(limit: int | None, remaining: int | None, resets_at: datetime | None) -> Rate | None:
    if limit is None and remaining is None and resets_at is None:
        return None
    return Rate(limit, remaining, resets_at)


def _moment(value: str, now: datetime) -> datetime | None:
    return _after(value, now) or _iso(value, now) or _http_date(value, now)


def _after(value: str, now: datetime) -> datetime | None:
    number = _number(value)
    if number is None:
        return None
    seconds = number - now.timestamp() if number >= _EPOCH_FROM else number
    return _within_reason(now, seconds)


def _iso(value: str, now: datetime) -> datetime | None:
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return _within_reason(now, (_aware(at) - now).total_seconds())


def _http_date(value: str, now: datetime) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
        return _within_reason(now, (_aware(at) - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _within_reason(now: datetime, seconds: float) -> datetime | None:
    """The moment so many seconds ahead: never in the past, None when it is beyond a year."""
    if seconds > _LONGEST.total_seconds():
        return None
    return now + timedelta(seconds=max(seconds, 0.0))


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None


def _whole(value: str | None) -> int | None:
    """The count at the head of a value such as `100, 100;w=300`."""
    if value is None:
        return None
    number = _number(value.split(",")[0].split(";")[0])
    return None if number is None else int(number)


def waits_until(headers: Mapping[str, str]) -> datetime | None:
    """When the network will listen again after a refusal, by its own clock (`Date`)."""
    answered_at = headers.get("date")
    if answered_at is None:
        return None
    try:
        now = _aware(parsedate_to_datetime(answered_at))
    except ValueError:
        return None
    rate = read_rate(headers, now=now)
    return None if rate is None else rate.resets_at
