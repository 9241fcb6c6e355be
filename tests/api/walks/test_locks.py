"""Row-level security as the application meets it, on every table of furnished workspaces."""

import pytest

from domain.kernel.database import Database
from tests.api.walks.keeping import TABLES
from tests.furnished import Furnished

LOCKED = f"{TABLES} AND c.relrowsecurity"
"""Shared tables may name a workspace too; who may see what in them is not PostgreSQL's to say."""


async def counts(database: Database, tenant: str, condition: str) -> dict[str, int]:
    """How many rows of each table a transaction of this workspace sees; an empty one: of none."""
    async with database.reads.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('parvis.workspace', $1, true)", tenant)
        names = [row["relname"] for row in await connection.fetch(LOCKED)]
        query = "SELECT count(*) FROM {} WHERE " + condition
        return {name: await connection.fetchval(query.format(name)) for name in names}


@pytest.mark.usefixtures("own", "other")
async def test_without_a_workspace_no_table_shows_anything(database: Database) -> None:
    seen = await counts(database, "", "true")

    assert [name for name, count in seen.items() if count] == []


async def test_a_workspace_shows_its_own_rows_alone(
    database: Database, own: Furnished, other: Furnished
) -> None:
    here = str(own.tenant.workspace_id)
    there = str(other.tenant.workspace_id)
    strangers = await counts(database, here, f"workspace_id <> '{here}'")
    shown = await counts(database, there, "true")

    assert [name for name, count in strangers.items() if count] == []
    assert sum(count > 0 for count in shown.values()) > 25
