"""Every transaction carries its workspace and no other, on fresh and on used connections alike."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from asyncpg.connection import LoggedQuery
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import worker
from domain.kernel.database import (
    EXPORTS,
    WORKSPACE,
    Database,
    TenantSession,
    at_close,
    driver_of,
)
from domain.kernel.ids import new_id
from domain.kernel.nudges import Nudges
from domain.kernel.reaching import ServerUnusable
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.world import make_workspace

TENANT = text("SELECT nullif(current_setting('parvis.workspace', true), '')")
PLANS, OURS = text("SHOW plan_cache_mode"), text("SELECT pg_backend_pid()")
COUNT = text("SELECT count(*) FROM communities")
INSERT = text("INSERT INTO event_counters (workspace_id, last_number) VALUES (:workspace, 1)")


@pytest.fixture(params=[0, 256], ids=["behind PgBouncer", "with prepared statements"])
async def one(
    request: pytest.FixtureRequest, settings: Settings, database: Database
) -> AsyncIterator[Database]:
    """A database of one connection a pool: each transaction gets what the last one left."""
    opened = await Database.open(
        settings.database_url.get_secret_value(),
        database._nudges,
        pool_size=1,
        read_pool_size=1,
        statement_cache_size=request.param,
    )
    yield opened
    await opened.close()


@pytest.fixture
async def anna(database: Database) -> UUID:
    """A workspace with one community."""
    workspace_id = await make_workspace(database)
    await make_community(database, workspace_id)
    return workspace_id


@pytest.fixture
async def ben(database: Database) -> UUID:
    """Another with two."""
    workspace_id = await make_workspace(database)
    for _ in range(2):
        await make_community(database, workspace_id)
    return workspace_id


async def look(database: Database, workspace_id: UUID | None) -> tuple[str | None, int]:
    """Whose transaction it is, and how many communities it shows."""
    async with database.transaction(workspace_id) as session:
        connection = await session.connection()
        tenant = (await connection.execute(TENANT)).scalar_one()
        return tenant, (await connection.execute(COUNT)).scalar_one()


async def test_each_transaction_shows_its_own_workspace_on_one_connection(
    one: Database, anna: UUID, ben: UUID
) -> None:
    seen = [await look(one, each) for each in (anna, ben, None, anna)]

    assert seen == [(str(anna), 1), (str(ben), 2), (None, 0), (str(anna), 1)]


async def test_a_transaction_begins_and_names_its_workspace_in_one_question(
    one: Database, anna: UUID
) -> None:
    asked: list[str] = []

    def note(query: LoggedQuery) -> None:
        asked.append(query.query)

    async with one.transaction(None) as session:
        raw = await driver_of(session)
    with raw.query_logger(note):
        async with one.transaction(anna, frozenset()) as session:
            await session.connection()

    opening = f"SET LOCAL parvis.workspace = '{anna}'; SET LOCAL parvis.communities = '{{}}';"
    assert asked == [f"BEGIN;{opening}", "COMMIT;"]


async def test_what_goes_around_the_session_is_inside_its_transaction(one: Database) -> None:
    async with one.transaction(None) as session:
        assert (await driver_of(session)).is_in_transaction()


async def test_nothing_stays_of_a_transaction_that_was_broken_off_as_it_began(
    one: Database, anna: UUID, ben: UUID
) -> None:
    for turns in range(40):
        task = asyncio.create_task(look(one, anna))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

        assert await look(one, None) == (None, 0)
        assert await look(one, ben) == (str(ben), 2)


async def test_statements_of_a_routine_are_planned_once_and_those_after_as_usual(
    one: Database, anna: UUID
) -> None:
    async def plans(*, is_routine: bool) -> str:
        async with one.transaction(anna, is_routine=is_routine) as session:
            connection = await session.connection()
            plan: str = (await connection.execute(PLANS)).scalar_one()
            return plan

    modes = [await plans(is_routine=each) for each in (True, False)]

    assert modes == ["force_generic_plan", "auto"]
    assert await look(one, anna) == (str(anna), 1)


async def test_the_connection_that_was_given_back_last_is_used_first(
    database: Database, anna: UUID
) -> None:
    async def ours(session: AsyncSession) -> int:
        pid: int = (await (await session.connection()).execute(OURS)).scalar_one()
        return pid

    async with database.transaction(anna) as outer:
        given_back_last = await ours(outer)
        async with database.transaction(anna) as inner:
            given_back_first = await ours(inner)
    served = []
    for _ in range(3):
        async with database.transaction(anna) as session:
            served.append(await ours(session))

    assert given_back_first != given_back_last
    assert served == [given_back_last] * 3


async def test_nothing_stays_of_a_transaction_that_failed(
    one: Database, anna: UUID, ben: UUID
) -> None:
    async def fail() -> None:
        async with one.transaction(anna) as session:
            await session.exec(text("SELECT 1 / 0"))  # type: ignore[call-overload]  # SQLModel types no text()

    with pytest.raises(DBAPIError):
        await fail()

    assert await look(one, None) == (None, 0)
    assert await look(one, ben) == (str(ben), 2)


@pytest.mark.usefixtures("anna")
async def test_a_workspace_that_does_not_exist_shows_nothing(one: Database) -> None:
    stranger = new_id()

    assert await look(one, stranger) == (str(stranger), 0)


async def test_a_savepoint_keeps_the_workspace(one: Database, anna: UUID) -> None:
    async with one.transaction(anna) as session:
        inner = await session.begin_nested()
        await inner.rollback()
        connection = await session.connection()
        assert (await connection.execute(COUNT)).scalar_one() == 1


async def test_a_session_that_goes_on_after_commit_and_rollback_keeps_its_workspace(
    one: Database, anna: UUID
) -> None:
    async with AsyncSession(one._engine, sync_session_class=TenantSession) as session:
        session.info[WORKSPACE] = anna
        seen = []
        for end in (session.commit, session.rollback, session.commit):
            connection = await session.connection()
            seen.append((await connection.execute(COUNT)).scalar_one())
            await end()

    assert seen == [1, 1, 1]


async def test_statements_that_run_synchronously_are_of_the_workspace_too(
    one: Database, anna: UUID
) -> None:
    async with one.transaction(anna) as session:
        assert await session.run_sync(lambda own: own.execute(COUNT).scalar_one()) == 1


async def test_the_read_pool_forgets_the_workspace_with_its_transaction(
    one: Database, anna: UUID
) -> None:
    async with one.reads.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('parvis.workspace', $1, true)", str(anna))
        inside = await connection.fetchval(COUNT.text)
    async with one.reads.acquire() as connection:
        after = await connection.fetchval(COUNT.text)

    assert (inside, after) == (1, 0)


async def test_a_row_of_another_workspace_cannot_be_written(
    one: Database, anna: UUID, ben: UUID
) -> None:
    async def write(into: UUID, whose: UUID | None) -> None:
        async with one.transaction(whose) as session:
            await session.exec(INSERT, params={"workspace": into})  # type: ignore[call-overload]  # as above

    for whose in (anna, None):
        with pytest.raises(DBAPIError, match="row-level security"):
            await write(new_id(), whose)
    assert await look(one, ben) == (str(ben), 2)


async def test_closing_statements_run_once_after_everything_else(
    database: Database, anna: UUID
) -> None:
    ran: list[int] = []

    def count(session: Session) -> None:
        ran.append(session.execute(COUNT).scalar_one())

    async with database.transaction(anna) as session:
        at_close(session, count)
        at_close(session, count)
        async with session.begin_nested():
            await session.exec(text("DELETE FROM communities"))  # type: ignore[call-overload]  # as above
        assert ran == []

    assert ran == [0]


async def test_closing_statements_do_not_run_when_the_transaction_fails(
    database: Database, anna: UUID
) -> None:
    async def fail() -> None:
        async with database.transaction(anna) as session:
            at_close(session, lambda _: pytest.fail("It ran."))
            record(session, worker(anna), "community.changed", ("community", anna), now=NOW)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fail()


async def test_an_address_where_nothing_answers_is_an_error_at_once(database: Database) -> None:
    with pytest.raises(ServerUnusable, match=r"Connect call failed .+ correct DATABASE_URL"):
        await Database.open(
            "postgresql://parvis_app@127.0.0.1:1/parvis",
            Nudges(database._nudges._pool),
            pool_size=1,
            read_pool_size=1,
            statement_cache_size=0,
        )


async def test_exports_leave_connections_to_whatever_else_is_asked(
    database: Database, anna: UUID
) -> None:
    caller, begun, ended, made = worker(anna), asyncio.Event(), asyncio.Event(), list[int]()

    async def export() -> None:
        async with database.exporting(caller) as session:
            await driver_of(session)
            made.append(1)
            begun.set()
            await ended.wait()

    async with asyncio.TaskGroup() as exports:
        for _ in range(40):
            exports.create_task(export())
        await begun.wait()
        async with asyncio.timeout(10), database.acting(caller) as session:
            counted = await (await driver_of(session)).fetchval("SELECT count(*) FROM communities")
        while_waiting = len(made)
        ended.set()

    assert counted == 1
    assert while_waiting <= EXPORTS
    assert len(made) == 40
