"""Row-level security as the application's role meets it in a plain SQL session, trick by trick.

One trick works, and is said so: who can run any SQL can name any tenant by `set_config`. So the
application must never let callers choose what it runs: `test_choosing.py`.
"""

from uuid import UUID

import asyncpg
import pytest

from tests.domain.tenancy.conftest import Session

pytestmark = pytest.mark.usefixtures("anna", "ben")

PLANT = """
INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object('workspace_id', '{ben}'))).*
  FROM {table} t LIMIT 1
"""
DENIED = asyncpg.InsufficientPrivilegeError


async def test_a_tenant_sees_its_own_rows_in_most_tables(sql: Session, anna: UUID) -> None:
    async with sql.tenant(anna):
        own = await sql.counts(f"workspace_id = '{anna}'")
        others = await sql.counts(f"workspace_id <> '{anna}'")

    assert len(own) >= 20
    assert others == {}


async def test_without_a_tenant_no_table_shows_a_row(sql: Session) -> None:
    assert await sql.counts() == {}


async def test_a_connection_whose_tenant_has_ended_shows_no_row(sql: Session, anna: UUID) -> None:
    async with sql.tenant(anna):
        assert await sql.fetchval("SELECT count(*) FROM communities") == 1

    assert await sql.fetchval("SELECT current_setting('parvis.workspace')") == ""
    assert await sql.counts() == {}


@pytest.mark.parametrize(
    "tenant", ["01a21ad0-ead7-739d-a876-c45acf05ef35", "", "00000000-0000-0000-0000-000000000000"]
)
async def test_a_tenant_that_does_not_exist_shows_no_row(sql: Session, tenant: str) -> None:
    async with sql.tenant(tenant):
        assert await sql.counts() == {}


@pytest.mark.parametrize("tenant", ["*", "' OR true --", "null", "anna"])
async def test_a_tenant_that_is_no_id_is_an_error_in_every_table(sql: Session, tenant: str) -> None:
    for table in await sql.tables():
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            async with sql.tenant(tenant):
                await sql.fetchval(f"SELECT count(*) FROM {table}")


async def test_rows_of_others_are_neither_changed_nor_deleted(
    sql: Session, anna: UUID, ben: UUID
) -> None:
    async with sql.tenant(ben):
        before = await sql.counts()

    for table in await sql.tables():
        for statement in (
            f"UPDATE {table} SET workspace_id = workspace_id WHERE workspace_id = '{ben}'",
            f"DELETE FROM {table} WHERE workspace_id = '{ben}'",
        ):
            try:
                async with sql.tenant(anna):
                    status = await sql.execute(statement)
            except DENIED:
                continue  # append-only tables
            assert status.split()[-1] == "0", statement

    async with sql.tenant(ben):
        assert await sql.counts() == before


async def test_rows_are_neither_planted_in_nor_moved_to_another_tenant(
    sql: Session, anna: UUID, ben: UUID
) -> None:
    async with sql.tenant(anna):
        tables = await sql.counts()
    stopped = 0
    for table in tables:
        for statement in (
            f"UPDATE {table} SET workspace_id = '{ben}'",
            PLANT.format(table=table, ben=ben),
        ):
            with pytest.raises((DENIED, asyncpg.GeneratedAlwaysError)) as refusal:
                async with sql.tenant(anna):
                    await sql.execute(statement)
            stopped += "row-level security" in str(refusal.value)

    # A few may not be updated at all, being history, or write a column by themselves.
    assert stopped >= 2 * len(tables) - 12


async def test_who_can_run_any_sql_can_name_any_tenant(sql: Session, anna: UUID, ben: UUID) -> None:
    """The lock is against code that forgets the tenant, not against whoever owns the session."""
    async with sql.tenant(anna):
        await sql.set_tenant(ben)
        found = await sql.fetch("SELECT DISTINCT workspace_id FROM mentions")

    assert [row[0] for row in found] == [ben]
