"""A workspace is always somebody's, also when two act at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope, worker
from domain.kernel.database import Database
from domain.kernel.errors import OwnerLast
from domain.workspaces.ownership import transfer_ownership
from domain.workspaces.service import change_member, remove_member
from domain.workspaces.shapes import ChangeMember, Role, TransferOwnership
from domain.workspaces.tables import Member
from tests.domain.identity.build import build_member
from tests.world import make_workspace

Act = Callable[[AsyncSession, Caller, UUID, datetime], Awaitable[object]]


async def demote(session: AsyncSession, caller: Caller, id_: UUID, now: datetime) -> object:
    command = ChangeMember(role=Role.EDITOR)
    return await change_member(session, caller, id_, command, expected_version=None, now=now)


async def remove(session: AsyncSession, caller: Caller, id_: UUID, now: datetime) -> object:
    await remove_member(session, caller, id_, expected_version=None, now=now)
    return None


async def transfer_to(session: AsyncSession, caller: Caller, id_: UUID, now: datetime) -> object:
    return await transfer_ownership(session, caller, TransferOwnership(member_id=id_), now=now)


async def owners(database: Database, workspace_id: UUID) -> set[UUID]:
    async with database.transaction(workspace_id) as session:
        found = await session.exec(select(Member.id).where(col(Member.role) == Role.OWNER))
        return set(found.all())


async def attempt(
    database: Database, workspace_id: UUID, act: Act, id_: UUID, now: datetime
) -> str:
    try:
        async with database.transaction(workspace_id) as session:
            await act(session, worker(workspace_id), id_, now)
    except OwnerLast as error:
        return error.code
    return "done"


@pytest.mark.parametrize("act", [demote, remove])
async def test_last_owner_stays(database: Database, now: datetime, act: Act) -> None:
    workspace_id = await make_workspace(database)
    last = await build_member(database, workspace_id, Role.OWNER)
    await build_member(database, workspace_id, Role.MANAGER)

    outcome = await attempt(database, workspace_id, act, last, now)

    assert outcome == "owner.last"
    assert await owners(database, workspace_id) == {last}


@pytest.mark.parametrize("first", [demote, remove])
@pytest.mark.parametrize("second", [demote, remove])
async def test_of_two_owners_who_go_at_once_one_stays(
    database: Database, now: datetime, first: Act, second: Act
) -> None:
    for _ in range(5):
        workspace_id = await make_workspace(database)
        here = await build_member(database, workspace_id, Role.OWNER)
        there = await build_member(database, workspace_id, Role.OWNER)

        outcomes = await asyncio.gather(
            attempt(database, workspace_id, first, here, now),
            attempt(database, workspace_id, second, there, now),
        )

        assert sorted(outcomes) == ["done", "owner.last"]
        assert len(await owners(database, workspace_id)) == 1


async def test_owner_who_leaves_while_another_becomes_one_leaves_the_house_owned(
    database: Database, now: datetime
) -> None:
    workspace_id = await make_workspace(database)
    owner = await build_member(database, workspace_id, Role.OWNER)
    taker = await build_member(database, workspace_id, Role.EDITOR)
    caller = Caller(workspace_id, "member:mem_1", frozenset(Scope), member_id=owner)

    async def transfer() -> None:
        async with database.transaction(workspace_id) as session:
            await transfer_to(session, caller, taker, now)

    _, outcome = await asyncio.gather(
        transfer(), attempt(database, workspace_id, remove, owner, now)
    )

    # Whichever came first: refused as the last owner, or removed as no owner any longer.
    assert outcome in {"done", "owner.last"}
    assert await owners(database, workspace_id) == {taker}
