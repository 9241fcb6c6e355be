"""Two filled workspaces, and a plain SQL session as the application's role beside all our code."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.held import make_place
from tests.world import make_token, make_workspace

TENANT_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity ORDER BY 1
"""


class Session:
    """A psql of its own: nothing of ours sets a tenant here."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.execute = connection.execute
        self.fetch = connection.fetch
        self.fetchval = connection.fetchval

    @asynccontextmanager
    async def tenant(self, workspace_id: UUID | str) -> AsyncIterator[None]:
        """A transaction of a workspace, as the application opens it."""
        async with self.connection.transaction():
            await self.set_tenant(workspace_id)
            yield

    async def set_tenant(self, workspace_id: UUID | str) -> None:
        await self.execute("SELECT set_config('parvis.workspace', $1, true)", str(workspace_id))

    async def tables(self) -> list[str]:
        return [row[0] for row in await self.fetch(TENANT_TABLES)]

    async def counts(self, condition: str = "true") -> dict[str, int]:
        """How many rows each tenant table shows; those that show none are left out."""
        found = {
            table: await self.fetchval(f"SELECT count(*) FROM {table} WHERE {condition}")
            for table in await self.tables()
        }
        return {table: count for table, count in found.items() if count}


@pytest.fixture(scope="module")
async def anna(database: Database) -> UUID:
    """A workspace with something in most tables."""
    return await _filled(database, "raclette")


@pytest.fixture(scope="module")
async def ben(database: Database) -> UUID:
    return await _filled(database, "fondue")


async def _filled(database: Database, word: str) -> UUID:
    workspace_id = await make_workspace(database)
    await make_place(database, workspace_id, word=word)
    await make_token(database, workspace_id)
    return workspace_id


@pytest.fixture
async def sql(settings: Settings) -> AsyncIterator[Session]:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    yield Session(connection)
    await connection.close()
