"""Long-lived tokens of Meta's networks that are extended: Threads', and those of Instagram's login.

They count for sixty days. What is younger than a day is not extended, and what has ended never is
(https://developers.facebook.com/docs/threads/get-started/long-lived-tokens and
…/instagram-platform/reference/refresh_access_token, read 2026-11-28). Nobody tells how old a token
is that somebody pastes: it is extended after a day here, and from then on ten days before its end.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.connector.dialects.graph import Graph
from domain.connector.dialects.moments import lasting
from domain.connector.heard import Heard
from domain.connector.words import Grant

_OLD_ENOUGH = timedelta(hours=25)
_AHEAD = timedelta(days=10)
_LONGEST = timedelta(days=60)


class _Token(Heard):
    access_token: str
    expires_in: int


def pasted(token: str, *, now: datetime, extra: Mapping[str, str] | None = None) -> Grant:
    """What a token gives whose age nobody tells."""
    return Grant(token, token, now + _OLD_ENOUGH, dict(extra or {}))


def granted(
    token: str, expires_in: int, *, now: datetime, extra: Mapping[str, str] | None = None
) -> Grant:
    """What a token gives that has just been made or extended."""
    lasts = min(lasting(expires_in), _LONGEST)
    return Grant(token, token, now + max(lasts - _AHEAD, lasts / 2), dict(extra or {}))


async def extended(beside: Graph, kind: str, grant: Grant, *, now: datetime) -> Grant:
    """The token with sixty days more, asked for `beside` the versions.

    It stands in the query, too, as the documentation shows it.
    """
    query = [("grant_type", kind), ("access_token", grant.access)]
    token = await beside.read("/refresh_access_token", _Token, query)
    return granted(token.access_token, token.expires_in, now=now, extra=grant.extra)
