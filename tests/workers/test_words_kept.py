"""What a network said of a message, as the database goes away before it is recorded."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.connector.errors import Refused
from domain.kernel.caller import worker
from domain.kernel.settings import Settings
from domain.posts.command_shapes import ChangePost, VariantInput
from domain.posts.service import change_post
from domain.posts.tables import Attempt, Delivery
from tests.workers.stage import Stage, stage

__all__ = ["stage"]
WAITING = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'parvis_app' AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def admin(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    assert settings.migration_database_url is not None
    owner = settings.migration_database_url.get_secret_value()
    connection = await asyncpg.connect(owner.replace("parvis_owner", "postgres"))
    yield connection
    await connection.close()


async def deliver(stage: Stage, admin: asyncpg.Connection, *thread: str) -> None:
    """What nobody could tell of later whether it arrived; the database goes at its first answer."""
    account_id = await stage.account("E")
    post_id = await stage.plan("a", account_id)
    if thread:
        said = ChangePost(variants=[VariantInput(account_id=account_id, parts=list(thread))])
        async with stage.database.transaction(stage.workspace_id) as session:
            about = worker(stage.workspace_id), post_id, said
            await change_post(session, *about, expected_version=None, now=stage.now)
    stage.network.gate.clear()
    await stage.deliver()
    async with asyncio.timeout(20):
        await stage.network.begun.wait()
        held = admin.transaction()
        await held.start()
        await admin.execute("LOCK TABLE posts, deliveries IN ACCESS EXCLUSIVE MODE")
        stage.network.gate.set()
        while not await admin.fetchval(WAITING):
            await admin.execute("SELECT pg_stat_clear_snapshot()")
            await asyncio.sleep(0)
        await held.rollback()
        await stage.quiet()


async def test_what_arrived_is_recorded_once_the_database_is_back(
    stage: Stage, admin: asyncpg.Connection
) -> None:
    """It was in doubt, and a person was asked, though the network had said that it is there."""
    await deliver(stage, admin)

    [row] = await stage.rows(Delivery)
    assert (row.state, row.url) == ("done", "http://sandbox.test/a")
    assert [each.outcome for each in await stage.rows(Attempt)] == ["done"]


async def test_thread_goes_on_once_the_database_is_back(
    stage: Stage, admin: asyncpg.Connection
) -> None:
    await deliver(stage, admin, "one", "two")

    [row] = await stage.rows(Delivery)
    assert (row.state, stage.network.texts) == ("done", ["one", "two"])


async def test_what_was_refused_is_recorded_once_the_database_is_back(
    stage: Stage, admin: asyncpg.Connection
) -> None:
    stage.network.refusals["a"] = Refused("Not this one.")

    await deliver(stage, admin)

    [row] = await stage.rows(Delivery)
    assert (row.state, row.problem["code"]) == ("failed", "network.refused")
    assert [each.outcome for each in await stage.rows(Attempt)] == ["failed"]
