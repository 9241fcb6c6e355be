"""Finds a message of ours in a room by its mark, newest first."""

import json
from datetime import UTC, datetime

from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import OutcomeUnknown
from domain.connector.heard import understood
from domain.connector.words import Access
from domain.networks.matrix.answers import Chunk, Event
from domain.networks.matrix.wire import USER, Server, room_path

_PAGE = 100
_PAGES = 20
_LAST_MS = 253_402_300_799_000
"""The last second of the year 9999."""


async def find(server: Server, access: Access, mark: str, *, since: datetime) -> Event | None:
    """The message, None when the room has none since then.

    Raises `OutcomeUnknown` where we said more since than is looked through.
    """
    ours = {"types": ["m.room.message"], "senders": [access.grant.extra[USER]]}
    query = [("dir", "b"), ("limit", str(_PAGE)), ("filter", json.dumps(ours))]
    below: list[tuple[str, str]] = []
    for _ in range(_PAGES):
        path = room_path(access.remote_id, "messages")
        page = await server.read(path, Chunk, [*query, *below])
        for event in understood(page.chunk, Event):
            if event.content.mark == mark and not event.is_redacted:
                return event
            if said_at(event) < since - CLOCKS_DIFFER:
                return None
        if page.end is None:
            return None
        below = [("from", page.end)]
    raise OutcomeUnknown("Too much was said since: look into the room.")


def said_at(event: Event) -> datetime:
    """By the server of whoever said it, which may claim anything: within the calendar."""
    return moment_of(event.origin_server_ts)


def moment_of(claimed_ms: int) -> datetime:
    return datetime.fromtimestamp(min(max(claimed_ms, 0), _LAST_MS) / 1000, UTC)
