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
from domain.kernel import resealing
from domain.kernel.database import Database
from domain.kernel.resealing import SealedColumn, keys_in_use, reseal_batch, sealed_columns
from domain.kernel.rings import EVERY_S, NOTES
from domain.kernel.sealing import KeyRing

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


async def keys_of_others(database: Database, ring: KeyRing) -> set[str]:
    """The ids of the ring's keys that do not open what keys of those ids sealed."""
    found: set[str] = set()
    async for column, workspace_id in _places(database):
        async with database.transaction(workspace_id) as session:
            found |= await resealing.keys_of_others(session, ring, column)
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


async def ignorant(redis: Redis, mark: str, *, within_s: float) -> int:
    """How many running processes do not have that key on their ring when the time is over.

    Looks for a while at least: each says again what it knows after Valkey was emptied.
    Raises `RedisError` or `OSError` when the queue is away: then nobody knows.
    """
    return await _others(redis, lambda marks: mark in marks, (2 * EVERY_S, within_s))


async def unaware(redis: Redis, mark: str, *, within_s: float) -> int:
    """How many running processes do not seal under that key when the time is over, likewise."""
    return await _others(redis, lambda marks: mark == marks[0], (2 * EVERY_S, within_s))


async def _others(
    redis: Redis, fits: Callable[[list[str]], bool], waits: tuple[float, float]
) -> int:
    """How many notes do not fit, after the first wait; until the second, it is hoped they will."""
    begun = time.monotonic()
    while True:
        count = 0
        async for name in redis.scan_iter(match=f"{NOTES}*"):
            with suppress(TypeError):  # a process that ended meanwhile
                count += not fits(json.loads(await redis.get(name)))
        least, most = (time.monotonic() - begun > wait_s for wait_s in waits)
        if most or (least and not count):
            return count
        await asyncio.sleep(PAUSE_S)
