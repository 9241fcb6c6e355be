"""/livez and /readyz: for those who start, stop and route to this process."""

import asyncio
from collections.abc import Awaitable

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import Field
from redis.exceptions import RedisError

from api.state import state_of
from domain.kernel.nudges import TRIED
from domain.kernel.reaching import ENGINE_FAULTS
from domain.kernel.shapes import View

router = APIRouter(tags=["health"])
PATIENCE_S = 2
"""For one that stands still: who asks has given up soon after."""
WORKS = "ok"
READABLE = frozenset({WORKS, asyncpg.ReadOnlySQLTransactionError.__name__})
"""How a database works that reads are answered from."""


class Health(View):
    status: str = Field(description="`ok`, or what is away.")


@router.get("/livez", summary="Whether the process runs")
async def livez() -> Health:
    """It answers, whatever is behind it."""
    return Health(status=WORKS)


@router.get("/readyz", summary="Whether the process can answer", responses={503: {"model": Health}})
async def readyz(request: Request, response: Response) -> Health:
    """The database must answer. Without the queue the api still does, and says that it is away.

    What is due waits for a sweep then, each process counts limits by itself, and nobody signs in.
    Where the database takes no writes, reads are answered, and nothing else.
    """
    state = state_of(request)
    database, queue = await asyncio.gather(
        how_it_works(writable(state.database.reads)),
        how_it_works(state.redis.set(TRIED, "", ex=1)),
    )
    if database not in READABLE:
        response.status_code = 503
        return Health(status="database away")
    if database != WORKS:
        return Health(status="database read-only")
    return Health(status=WORKS if queue == WORKS else "queue away")


async def writable(reads: asyncpg.Pool) -> None:
    """Raises `ReadOnlySQLTransactionError` for a standby, and where writes were forbidden."""
    if await reads.fetchval("SELECT current_setting('transaction_read_only')::bool"):
        raise asyncpg.ReadOnlySQLTransactionError


async def how_it_works(check: Awaitable[object]) -> str:
    """`ok`, or the kind of the failure: never its words, which may hold addresses."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await check
    except (*ENGINE_FAULTS, RedisError) as error:
        return type(error).__name__
    return WORKS
