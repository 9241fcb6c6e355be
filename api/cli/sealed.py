"""What the key ring's keys seal, everywhere, and the walk that seals it all under the newest."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from uuid import UUID

from redis.asyncio import Redis

from api.state import State
from domain.kernel.database import Database
from domain.kernel.resealing import SealedColumn, keys_in_use, reseal_batch, sealed_columns
from domain.kernel.rings import NOTES

BATCH = 200
PASSES = 20
PAUSE_S = 0.5
Place = tuple[SealedColumn, UUID | None]


async def usage(database: Database) -> Counter[str]:
    """How many values each key seals, by the id of the key."""
    found: Counter[str] = Counter()
    async for column, workspace_id in _places(database):
        async with database.transaction(workspace_id) as session:
            found.update(await keys_in_use(session, column))
    return found


async def reseal(state: State, advance: Callable[[int], None]) -> int:
    """Seals everything under the newest key; gives how many values could not be opened.

    `advance` is told of each batch. What others hold just then is taken in a later pass.
    """
    for _ in range(PASSES):
        resealed = broken = 0
        async for place in _places(state.database):
            done = await _reseal_place(state, place, advance)
            resealed, broken = resealed + done[0], broken + done[1]
        left = await usage(state.database)
        if sum(left.values()) - left[state.keys.newest] <= broken:
            return broken
        if not resealed:
            await asyncio.sleep(PAUSE_S)
    raise TimeoutError("Others held some values all the time.")


async def _reseal_place(
    state: State, place: Place, advance: Callable[[int], None]
) -> tuple[int, int]:
    column, workspace_id = place
    after, resealed, broken = None, 0, 0
    while True:
        async with state.database.transaction(workspace_id) as session:
            batch = await reseal_batch(session, state.keys, column, after=after, most=BATCH)
        if batch.last is None:
            return resealed, broken
        resealed, broken, after = resealed + batch.resealed, broken + batch.broken, batch.last
        advance(batch.resealed)


async def _places(database: Database) -> AsyncIterator[Place]:
    """Every sealed column of every workspace, and the shared ones."""
    rows = await database.reads.fetch("SELECT workspace_id FROM parvis_workspaces()")
    for column in sealed_columns():
        for workspace_id in [None] if column.is_shared else [row["workspace_id"] for row in rows]:
            yield column, workspace_id


async def unaware(redis: Redis, key: str, *, within_s: float) -> int:
    """How many running processes do not seal under that key when the time is over.

    Raises `RedisError` or `OSError` when the queue is away: then nobody knows.
    """
    end = time.monotonic() + within_s
    while True:
        count = 0
        async for name in redis.scan_iter(match=f"{NOTES}*"):
            with suppress(TypeError):  # a process that ended meanwhile
                count += json.loads(await redis.get(name))[0] != key
        if not count or time.monotonic() > end:
            return count
        await asyncio.sleep(PAUSE_S)
