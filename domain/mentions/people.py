"""Authors of an arriving page: the known ones found, new and changed ones stored."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller
from domain.kernel.ids import new_id
from domain.mentions import statements
from domain.mentions.arrivals import Arrival
from domain.mentions.shapes import Reading

Identity = tuple[str, str]
"""A server, and an id that is somebody's there."""


async def put_authors(
    raw: asyncpg.Connection,
    caller: Caller,
    reading: Reading,
    arrivals: Iterable[Arrival],
    *,
    now: datetime,
) -> dict[Identity, UUID]:
    """The id of everybody who speaks in a page, by server and remote id."""
    # In one order for all, so that two pages that bring the same people never lock crosswise.
    latest = dict(
        sorted({(each.author_server, each.author_remote_id): each for each in arrivals}.items())
    )
    rows = await raw.fetch(
        statements.AUTHORS,
        caller.workspace_id,
        reading.network,
        list({server for server, _ in latest}),
        [remote_id for _, remote_id in latest],
    )
    known = {(row["server"], row["remote_id"]): row for row in rows}
    ids: dict[Identity, UUID] = {key: row["id"] for key, row in known.items()}
    changed = {key: each for key, each in latest.items() if _differs(each, known.get(key))}
    if changed:
        for row in await raw.fetch(
            statements.PUT_AUTHORS,
            caller.workspace_id,
            reading.network,
            now,
            [ids.get(key) or new_id() for key in changed],
            [server for server, _ in changed],
            [remote_id for _, remote_id in changed],
            [each.author_handle for each in changed.values()],
            [each.author_name for each in changed.values()],
            [each.author_url for each in changed.values()],
            [each.author_avatar_url for each in changed.values()],
        ):
            ids[row["server"], row["remote_id"]] = row["id"]
    return ids


def _differs(arrival: Arrival, before: asyncpg.Record | None) -> bool:
    said = (
        arrival.author_handle,
        arrival.author_name,
        arrival.author_url,
        arrival.author_avatar_url,
    )
    return before is None or before[3:] != said
