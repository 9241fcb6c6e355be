"""Wakes at the very moment something is due, claims it and acts on it in this process.

The next due moment comes from the database; a published nudge brings it forward; a nudge that is
lost costs at most the sweep's interval.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from typing import NamedTuple
from uuid import UUID

import asyncpg
import structlog
from redis.exceptions import RedisError

from domain.kernel.nudges import DUE_CHANNEL
from domain.kernel.reaching import is_away, reason_of
from workers import clocks
from workers.context import Context

log = structlog.get_logger()

POSTS = "deliver"
READING = frozenset({"read", "measure", "read_back", "watch"})
"""What gives way while more falls due than goes out at once."""
NOTHING_CLAIMED_S = 0.05
LONGEST_TURN_S = 0.05
"""Then it is asked anew what is due: of many workspaces, claims alone would take seconds."""
ENGINE_AWAY_S = 0.5
DUE = """
SELECT work, workspace_id, due_at, NULL::interval AS ahead FROM parvis_due($1)
UNION ALL SELECT work, workspace_id, $1, ahead FROM parvis_due_ahead($1)
"""


Handlers = Mapping[str, clocks.Handles]


class Turn(NamedTuple):
    """One call of a handler: of posts for many workspaces, else for one."""

    work: str
    ahead: timedelta | None
    houses: Sequence[UUID]


class WorkBrokenError(Exception):
    """Some work could not be claimed; why is in the log. It stays due."""


async def run_due(context: Context, handlers: Handlers, *, most_s: float = inf) -> int:
    """Does what is due at this moment, workspace by workspace; gives how much.

    Posts first, then what is due longest, for `most_s`; what is left is for the next time. Nothing
    waits here for what runs, so that a post that falls due meanwhile is not late: posts have lanes
    of their own, and what has no slot is found again in a moment. Work that breaks keeps back no
    other: all the rest is done, then `WorkBrokenError` is raised.
    """
    now, done, is_broken, over_at = context.clock(), 0, False, inf
    rows = await context.database.reads.fetch(DUE, now)
    turns = _in_turn(rows)
    while turns:
        work, ahead, houses = turns.popleft()
        if work != POSTS:
            over_at = min(over_at, monotonic() + most_s)
            if done and monotonic() >= over_at:
                break
        handle = handlers.get(work)
        if handle is None or not _may_begin(context, work, now=now):
            continue
        try:
            if ahead is None:
                done += await handle(context, *houses, now=now)
            else:
                done += await clocks.by_its_clock(context, handle, *houses)
        except Exception as error:
            # What the engine refuses is one workspace's; where it is away, nothing else goes on.
            if is_away(error):
                raise
            log.exception("work.broken", work=work)
            is_broken = True
            if len(houses) > 1:
                turns.extendleft(Turn(work, ahead, [house]) for house in reversed(houses))
    if is_broken:
        raise WorkBrokenError
    return done if rows else -1


def _in_turn(rows: Sequence[asyncpg.Record]) -> deque[Turn]:
    """Posts of all workspaces together, but for those by a clock of their own; then one by one."""
    due = sorted(rows, key=lambda row: (row["work"] != POSTS, row["due_at"]))
    houses = [row["workspace_id"] for row in due if _goes_together(row)]
    alone = [
        Turn(row["work"], row["ahead"], [row["workspace_id"]])
        for row in due
        if not _goes_together(row)
    ]
    return deque([Turn(POSTS, None, houses), *alone] if houses else alone)


def _goes_together(row: asyncpg.Record) -> bool:
    return row["work"] == POSTS and row["ahead"] is None


def _may_begin(context: Context, work: str, *, now: datetime) -> bool:
    if work == POSTS:
        return True
    if work not in READING:
        return context.slots.free(1) > 0
    return not context.outbox.is_crowded(now=now) and context.slots.free_for_reading(1) > 0


class Timer:
    """One for a worker process; `run` ends when `stop` is called."""

    def __init__(self, context: Context, handlers: Handlers) -> None:
        self._context = context
        self._handlers = handlers
        self._woken = asyncio.Event()
        self._stopped = False

    def stop(self) -> None:
        self._stopped = True
        self._woken.set()

    async def run(self) -> None:
        listening = asyncio.create_task(self._listen())
        try:
            while not self._stopped:
                await self._survive(self._turn)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def _survive(self, turn: Callable[[], Awaitable[None]]) -> None:
        try:
            await turn()
        except WorkBrokenError:
            await asyncio.sleep(ENGINE_AWAY_S)
        except Exception as error:
            # Nothing ends the timer but `stop`: without it all that is due waits for the sweep.
            if is_away(error):
                log.warning("timer.engine_away", reason=reason_of(error))
            else:
                log.exception("timer.broken")
            await asyncio.sleep(ENGINE_AWAY_S)

    async def _turn(self) -> None:
        self._woken.clear()
        done = await run_due(self._context, self._handlers, most_s=LONGEST_TURN_S)
        # Due and not claimed: another worker has it, or its rows are locked for a moment.
        wait_s = NOTHING_CLAIMED_S if done == 0 else await self._until_next()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), wait_s)

    async def _until_next(self) -> float:
        next_at = await self._context.database.reads.fetchval("SELECT parvis_next_due()")
        longest = self._context.settings.sweep_every_s
        if next_at is None:
            return longest
        wait: float = (next_at - self._context.clock()).total_seconds()
        return min(max(wait, 0.0), longest)

    async def _listen(self) -> None:
        while True:
            try:
                async with self._context.redis.pubsub() as channel:
                    await channel.subscribe(DUE_CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._woken.set()
            except (RedisError, OSError) as error:
                log.warning("timer.nudges_away", reason=type(error).__name__)
                await asyncio.sleep(ENGINE_AWAY_S)
