"""Versions of workspaces are kept for a moment, and never past a change that was made here."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from arq.connections import ArqRedis

from api.mentions.hot import Versions
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.awaiting import until_awaited, versions_locked
from tests.world import Tenant, make_token, small_database

FOR_EVER_S = 3600.0


@pytest.fixture
async def here(settings: Settings, redis: ArqRedis) -> AsyncIterator[Database]:
    """The database of one process; `database` is that of another."""
    async with small_database(settings.database_url.get_secret_value(), redis) as opened:
        yield opened


@pytest.fixture
def versions(here: Database) -> Versions:
    made = Versions(here.reads, kept_s=FOR_EVER_S)
    here.tell_of_changes(made.forget)
    return made


async def test_a_version_is_kept_while_nothing_changes_here(
    versions: Versions, database: Database, tenant: Tenant
) -> None:
    first = await versions.current(tenant.workspace_id)
    await make_token(database, tenant.workspace_id)

    assert await versions.current(tenant.workspace_id) == first


async def test_what_changed_here_is_seen_at_once(
    versions: Versions, here: Database, tenant: Tenant
) -> None:
    first = await versions.current(tenant.workspace_id)
    await make_token(here, tenant.workspace_id)

    assert await versions.current(tenant.workspace_id) == first + 1


async def test_what_is_only_read_here_changes_nothing(
    versions: Versions, here: Database, database: Database, tenant: Tenant
) -> None:
    first = await versions.current(tenant.workspace_id)
    await make_token(database, tenant.workspace_id)
    async with here.transaction(tenant.workspace_id) as session:
        await session.connection()

    assert await versions.current(tenant.workspace_id) == first


async def test_without_a_time_each_question_is_read(
    here: Database, database: Database, tenant: Tenant
) -> None:
    versions = Versions(here.reads, kept_s=0)
    first = await versions.current(tenant.workspace_id)
    await make_token(database, tenant.workspace_id)

    assert await versions.current(tenant.workspace_id) == first + 1


async def test_a_reading_that_a_change_overtakes_is_not_kept(
    versions: Versions, database: Database, tenant: Tenant, admin: asyncpg.Connection
) -> None:
    async with versions_locked(admin), asyncio.timeout(20):
        early = versions.current(tenant.workspace_id)
        await until_awaited(admin)
        versions.forget(tenant.workspace_id)
    first = await early
    await make_token(database, tenant.workspace_id)

    assert await versions.current(tenant.workspace_id) == first + 1
