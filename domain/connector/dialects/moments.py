"""Moments as networks tell them: seconds ahead, an epoch, ISO 8601 or an HTTP date."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import isfinite

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far a network's clock and ours may be apart, where a look-up lists what it has by its own: a
message that is missed goes out twice. What else we sent is told by its id."""
_EPOCH_FROM = 1_000_000_000
_LONGEST = timedelta(days=366)
"""What is beyond it was never meant for a moment."""
_PATIENCE = timedelta(days=1)
"""After which a network may be asked once more, whatever it told: a server whose clock is wrong by
months would silence an account for as long, and nothing would be asked that could set it right."""
_MOST_CALLS = 10**12
"""What is beyond it counts nothing, and no budget could be counted down from it."""
_LONGEST_GRANT = timedelta(days=3653)
"""As good as for ever: no calendar holds what some numbers would make of it."""


def moment(value: str, now: datetime) -> datetime | None:
    """The moment a value names, in a day at most; None when it is unreadable or beyond a year."""
    return after(value, now) or _iso(value, now) or http_date(value, now)


def after(value: str, now: datetime) -> datetime | None:
    """The moment so many seconds ahead; a number as large as an epoch is one."""
    told = number(value)
    if told is None:
        return None
    return within_reason(now, told - now.timestamp() if told >= _EPOCH_FROM else told)


def http_date(value: str, now: datetime) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
        return within_reason(now, (aware(at) - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def within_reason(now: datetime, seconds: float) -> datetime | None:
    """The moment so many seconds ahead, in a day at most; None when it is beyond a year."""
    if seconds > _LONGEST.total_seconds():
        return None
    return now + min(timedelta(seconds=max(seconds, 0.0)), _PATIENCE)


def lasting(seconds: int) -> timedelta:
    """How long a grant lasts that is told to last so many seconds: none to ten years."""
    return timedelta(seconds=min(max(seconds, 0), _LONGEST_GRANT.total_seconds()))


def end_of_grant(epoch: int, now: datetime) -> datetime:
    """When a grant ends that is told to end so many seconds after 1970: in ten years at most."""
    return datetime.fromtimestamp(min(max(epoch, 0), (now + _LONGEST_GRANT).timestamp()), UTC)


def aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def number(value: str) -> float | None:
    """A number from nought on; None for anything else."""
    try:
        told = float(value)
    except ValueError:
        return None
    return told if isfinite(told) and told >= 0 else None


def whole(value: str | None) -> int | None:
    """The count at the head of a value such as `100, 100;w=300`."""
    if value is None:
        return None
    told = number(value.split(",")[0].split(";")[0])
    return None if told is None or told > _MOST_CALLS else int(told)


def _iso(value: str, now: datetime) -> datetime | None:
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return within_reason(now, (aware(at) - now).total_seconds())
