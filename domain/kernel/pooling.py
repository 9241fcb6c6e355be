"""A pooler before PostgreSQL that gives each transaction another connection, as PgBouncer may.

Prepared statements stay behind on the connection they were made on: kept here all the same, every
request would fail. A pooler that takes them along is as good as none.
"""

from uuid import uuid4

import asyncpg

from domain.kernel.reaching import ServerUnusable

_PLACE = "SELECT pg_backend_pid()"
_ROUNDS = 20


class PoolerForgets(ServerUnusable):
    """Statements are kept that a pooler forgets."""

    def __init__(self) -> None:
        super().__init__(
            "A pooler before PostgreSQL forgets prepared statements.",
            "Set STATEMENT_CACHE_SIZE=0, or have it pool sessions.",
        )


async def refuse_forgetful_pooler(url: str, *, statement_cache_size: int) -> None:
    """Raises `PoolerForgets` where statements would be kept that are gone by their next use."""
    if statement_cache_size and not await statements_last(url):
        raise PoolerForgets


async def statements_last(url: str) -> bool:
    """Whether a statement can be used again in another transaction."""
    ours = await asyncpg.connect(url, statement_cache_size=0)
    try:
        # a pooler hands out a number of its own
        if ours.get_server_pid() == await ours.fetchval(_PLACE):
            return True
        return await _survives_another(ours, url)
    finally:
        await ours.close()


async def _survives_another(ours: asyncpg.Connection, url: str) -> bool:
    """Another takes the connection that it stands on, as poolers hand out the last one first."""
    other = await asyncpg.connect(url, statement_cache_size=0)
    try:
        statement = await ours.prepare(_PLACE, name=f"parvis_{uuid4().hex}")
        for _ in range(_ROUNDS):
            await statement.fetchval()
            async with other.transaction():
                await other.fetchval(_PLACE)
                await statement.fetchval()
    except asyncpg.PostgresError:
        return False
    finally:
        await other.close()
    return True
