"""What an answer tells of the life of the api that was called: that it ends, or has ended.

    Sunset        an HTTP date (RFC 8594)
    Deprecation   `@` and seconds since 1970 (RFC 9745); drafts of it said `true`, or an HTTP date
    426           a version that has ended: LinkedIn's answer, with the code NONEXISTENT_VERSION
    50041         Discord's code for a version it does not speak
    501           Bluesky's answer to a method it does not have: MethodNotImplemented

Read 2026-11-27: datatracker.ietf.org/doc/html/rfc9745, Discord's topics/opcodes-and-status-codes,
ResponseType of the npm package @atproto/xrpc.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from domain.connector.dialects.moments import aware, number
from domain.connector.http import Reply

_UPGRADE = 426
_REFUSED_FROM = 400
_GONE = frozenset({"NONEXISTENT_VERSION", "50041", "MethodNotImplemented"})


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a network says of the end of what was called."""

    is_deprecated: bool
    sunset_at: datetime | None


def is_gone(reply: Reply) -> bool:
    """Whether an answer refuses the call because its version is no longer spoken."""
    if reply.status == _UPGRADE:
        return True
    return reply.status >= _REFUSED_FROM and not _GONE.isdisjoint(_codes(reply))


def lifetime_of(reply: Reply, *, now: datetime) -> Lifetime | None:
    """What the headers of an answer tell; None: nothing."""
    sunset_at = _date(reply.headers.get("sunset", ""))
    is_deprecated = _is_deprecated(reply.headers.get("deprecation", ""), now)
    return Lifetime(is_deprecated, sunset_at) if is_deprecated or sunset_at else None


def _is_deprecated(told: str, now: datetime) -> bool:
    """A moment to come says that it will be."""
    epoch = number(told[1:]) if told.startswith("@") else None
    if epoch is not None:
        return epoch <= now.timestamp()
    since = _date(told)
    return told.strip().lower() in {"true", "?1"} or (since is not None and since <= now)


def _date(told: str) -> datetime | None:
    try:
        return aware(parsedate_to_datetime(told)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _codes(reply: Reply) -> set[str]:
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        return set()
    return {str(body.get(name)) for name in ("code", "error")} if isinstance(body, dict) else set()
