"""Nudges: wake-ups for workers, sent after the commit. A lost one is found by a sweep."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.meters import NUDGES_LOST
from domain.kernel.traces import current_trace

log = structlog.get_logger()

DUE_CHANNEL = "parvis:due"
QUEUE = "parvis:jobs"
PENDING = "nudges"
TRIED = "parvis:tried"
"""What is written only to see whether the queue takes anything: a full one answers a ping."""
AWAY_REMEDY = "Start it, or correct REDIS_URL."
PATIENCE_S = 1.0
"""For all nudges of a transaction: its caller waits for the answer."""
VALKEY_PATIENCE_S = 5.0
"""For what must be counted: longer than a busy process stands still, as an engine that is away
refuses at once, and what is not counted may be refused elsewhere."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """Runs the job `name` for a workspace and a subject, once, soon or `at` a moment."""

    name: str
    workspace_id: UUID | None
    subject_id: UUID
    at: datetime | None = None


def nudge(session: AsyncSession, name: str, workspace_id: UUID, subject_id: UUID) -> None:
    """Wakes a job as soon as this transaction is committed."""
    session.info.setdefault(PENDING, []).append(Nudge(name, workspace_id, subject_id))


def due_at(
    session: AsyncSession, workspace_id: UUID | None, subject_id: UUID, at: datetime
) -> None:
    """Tells the workers' timers of a due moment as soon as this transaction is committed."""
    session.info.setdefault(PENDING, []).append(Nudge("due", workspace_id, subject_id, at))


class Nudges:
    """Sends what transactions left, over the one pool of the process."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool

    async def send(self, nudges: Sequence[Nudge]) -> None:
        """Never raises for a queue that is away, nor waits for it: the row says what is next."""
        if not nudges:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                for one in nudges:
                    await self._send(one)
        except (RedisError, OSError) as error:
            NUDGES_LOST.inc()
            log.warning("nudge.lost", reason=type(error).__name__)

    async def note(self, name: str, text: str, *, lasts_s: int) -> None:
        """Leaves a word that others read in the queue for so long; lost when the queue is away."""
        with suppress(RedisError, OSError):
            await self._pool.set(name, text, ex=lasts_s)

    async def take_down(self, name: str) -> None:
        """Takes a note back before its time."""
        with suppress(RedisError, OSError):
            await self._pool.delete(name)

    async def _send(self, one: Nudge) -> None:
        if one.at is not None:
            await self._pool.publish(DUE_CHANNEL, one.at.isoformat())
            return
        await self._pool.enqueue_job(
            one.name,
            str(one.workspace_id),
            str(one.subject_id),
            current_trace(),
            _job_id=f"{one.name}:{one.subject_id}",
            _queue_name=QUEUE,
        )


def open_queue(url: str) -> ArqRedis:
    """The queue's client, with JSON for its jobs: `from_url` hands options to connections only."""
    client: ArqRedis = ArqRedis.from_url(url)
    client.default_queue_name = QUEUE
    client.job_serializer, client.job_deserializer = pack, unpack
    return client


async def tell_if_away(client: ArqRedis) -> None:
    """Says once, at a start, what is wrong with the queue: all goes on without it, only later."""
    reason = await why_away(client)
    if reason is not None:
        log.warning("queue.away", reason=reason, remedy=AWAY_REMEDY)


async def why_away(client: ArqRedis) -> str | None:
    """What the queue's client met instead of an answer; None when the queue answers."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await client.ping()
    except (RedisError, OSError) as error:
        return str(error) or type(error).__name__
    return None


def pack(job: dict[str, Any]) -> bytes:
    """Arq's serialiser: JSON, so that nothing in the queue can run code."""
    return json.dumps(job, default=str).encode()


def unpack(raw: bytes) -> dict[str, Any]:
    job: dict[str, Any] = json.loads(raw)
    return job
