"""Versions of workspaces, held back in PostgreSQL while the api waits for one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

AWAITED = """
SELECT count(*) FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND query LIKE '%parvis_workspace_version%'
"""


@asynccontextmanager
async def versions_locked(admin: asyncpg.Connection) -> AsyncIterator[None]:
    async with admin.transaction():
        await admin.execute("LOCK TABLE event_counters IN ACCESS EXCLUSIVE MODE")
        yield


async def until_awaited(admin: asyncpg.Connection) -> None:
    while not await admin.fetchval(AWAITED):
        await admin.execute("SELECT pg_stat_clear_snapshot()")
