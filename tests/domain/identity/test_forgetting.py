"""What has run out is deleted, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel import SQLModel, col, select, update

from domain.identity.forgetting import forget_ended, forget_shared
from domain.identity.tables import Authorisation, AuthorisationRequest, DeviceCode, Grant, Token
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from tests.domain.identity.build import (
    build_access,
    build_application,
    build_key,
    build_member,
)
from tests.world import make_workspace

DAY = timedelta(days=1)


async def count(database: Database, workspace_id: UUID, table: type[SQLModel]) -> int:
    async with database.transaction(workspace_id) as session:
        return len((await session.exec(select(table))).all())


async def test_what_ended_a_day_ago_is_deleted_workspace_by_workspace(database: Database) -> None:
    now = datetime.now(UTC)
    here, there = await make_workspace(database), await make_workspace(database)
    for workspace_id in (here, there):
        member_id = await build_member(database, workspace_id)
        application = (workspace_id, await build_application(database, workspace_id))
        await build_access(database, workspace_id, member_id, application)
        await build_key(database, workspace_id, member_id, expires_at=now - 3 * DAY)
        await build_key(database, workspace_id, member_id, revoked_at=now - 3 * DAY)
        async with database.transaction(workspace_id) as session:
            access = update(Token).where(col(Token.kind) == "access")
            await session.exec(access.values(expires_at=now - 2 * DAY))
            await session.exec(update(Authorisation).values(created_at=now - 2 * DAY))
            session.add(
                AuthorisationRequest(
                    workspace_id=workspace_id,
                    id=new_id(),
                    application_id=application[1],
                    fingerprint=b"x",
                    is_pushed=False,
                    parameters={},
                    created_at=now - DAY,
                    expires_at=now,
                )
            )

    async with database.transaction(here) as session:
        await forget_ended(session, worker(here), now=now)

    tables = (Token, Authorisation, AuthorisationRequest, Grant)
    # A key that ran out stays: its person is told why it fails.
    assert [await count(database, here, each) for each in tables] == [1, 0, 0, 1]
    assert [await count(database, there, each) for each in tables] == [3, 1, 1, 1]


async def test_living_tokens_stay(database: Database) -> None:
    now = datetime.now(UTC)
    workspace_id = await make_workspace(database)
    member_id = await build_member(database, workspace_id)
    application = (workspace_id, await build_application(database, workspace_id))
    await build_access(database, workspace_id, member_id, application)
    async with database.transaction(workspace_id) as session:
        await session.exec(update(Authorisation).values(created_at=now - 9 * DAY))

    async with database.transaction(workspace_id) as session:
        await forget_ended(session, worker(workspace_id), now=now)

    assert [await count(database, workspace_id, each) for each in (Token, Authorisation)] == [1, 1]


async def test_device_that_nobody_let_in_is_forgotten(database: Database) -> None:
    now, fingerprint = datetime.now(UTC), new_id().bytes
    row = DeviceCode(
        id=new_id(),
        fingerprint=fingerprint,
        user_code=new_id().hex,
        application_workspace_id=new_id(),
        application_id=new_id(),
        scopes=[],
        interval_s=5,
        created_at=now - 2 * DAY,
        expires_at=now - 2 * DAY,
    )
    async with database.transaction(None) as session:
        session.add(row)

    async with database.transaction(None) as session:
        await forget_shared(session, now=now)
        statement = select(DeviceCode).where(col(DeviceCode.fingerprint) == fingerprint)
        assert (await session.exec(statement)).all() == []
