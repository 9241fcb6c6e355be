"""What a member may do now, and which workspaces a user may enter."""

from datetime import datetime

import pytest

from domain.kernel.caller import WHOLE_WORKSPACE, Caller, Scope, worker
from domain.kernel.database import Database
from domain.kernel.errors import AlreadyExists
from domain.kernel.ids import new_id
from domain.workspaces.queries import memberships, standing
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.service import remove_member, seat_owner
from domain.workspaces.shapes import Membership, Role
from tests.domain.identity.build import build_member
from tests.world import make_workspace


@pytest.mark.parametrize("role", list(ROLE_SCOPES))
async def test_member_may_do_what_their_role_says(database: Database, role: Role) -> None:
    workspace_id = await make_workspace(database)
    member_id = await build_member(database, workspace_id, role)

    async with database.transaction(workspace_id) as session:
        found = await standing(session, member_id)

    assert found is not None
    assert (found.scopes, found.communities) == (ROLE_SCOPES[role], None)


async def test_member_of_some_communities_has_nothing_that_shows_them_all(
    database: Database,
) -> None:
    workspace_id, community_id = await make_workspace(database), new_id()
    member_id = await build_member(database, workspace_id, Role.MANAGER, communities=[community_id])

    async with database.transaction(workspace_id) as session:
        found = await standing(session, member_id)

    assert found is not None
    assert found.communities == frozenset({community_id})
    assert found.scopes == ROLE_SCOPES[Role.MANAGER] - WHOLE_WORKSPACE


async def test_member_held_to_no_community_at_all_is_still_held(database: Database) -> None:
    workspace_id = await make_workspace(database)
    member_id = await build_member(database, workspace_id, Role.READER, communities=[])

    async with database.transaction(workspace_id) as session:
        found = await standing(session, member_id)

    assert found is not None
    assert found.communities == frozenset()


def test_caller_of_some_communities_loses_what_shows_them_all() -> None:
    whole = Caller(new_id(), "token:tok_1", frozenset(Scope))
    held = Caller(new_id(), "token:tok_1", frozenset(Scope), communities=frozenset({new_id()}))

    assert whole.scopes == frozenset(Scope)
    assert held.scopes == frozenset(Scope) - WHOLE_WORKSPACE


async def test_removed_member_has_no_standing(database: Database, now: datetime) -> None:
    workspace_id = await make_workspace(database)
    member_id = await build_member(database, workspace_id, Role.EDITOR)
    async with database.transaction(workspace_id) as session:
        await remove_member(session, worker(workspace_id), member_id, expected_version=1, now=now)

    async with database.transaction(workspace_id) as session:
        found = await standing(session, member_id)

    assert found is None


async def test_member_has_no_standing_in_another_workspace(database: Database) -> None:
    member_id = await build_member(database, await make_workspace(database), Role.OWNER)

    async with database.transaction(await make_workspace(database)) as session:
        found = await standing(session, member_id)

    assert found is None


async def test_user_enters_only_the_workspaces_where_they_are_a_member(database: Database) -> None:
    user_id = new_id()
    here, there = await make_workspace(database), await make_workspace(database)
    await build_member(database, here, Role.READER, user_id=new_id())
    here_id = await build_member(database, here, Role.EDITOR, user_id=user_id)
    there_id = await build_member(database, there, Role.OWNER, user_id=user_id)
    await build_member(database, await make_workspace(database), Role.OWNER)

    async with database.transaction(None) as session:
        found = await memberships(session, user_id)

    assert found == [
        Membership(here, "Test house", f"ws-{here.hex[-12:]}", here_id, Role.EDITOR),
        Membership(there, "Test house", f"ws-{there.hex[-12:]}", there_id, Role.OWNER),
    ]


async def test_user_is_seated_in_a_workspace_once(database: Database, now: datetime) -> None:
    workspace_id, user_id = await make_workspace(database), new_id()
    caller = worker(workspace_id)
    async with database.transaction(workspace_id) as session:
        made = await seat_owner(
            session, caller, user_id=user_id, name="Aline", email="aline@example.ch", now=now
        )

    with pytest.raises(AlreadyExists):
        async with database.transaction(workspace_id) as session:
            await seat_owner(
                session, caller, user_id=user_id, name="Aline", email="a@example.ch", now=now
            )

    async with database.transaction(None) as session:
        found = await memberships(session, user_id)
    assert [(each.member_id, each.role) for each in found] == [(made.id, Role.OWNER)]
