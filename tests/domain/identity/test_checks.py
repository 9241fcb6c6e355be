"""Whom a bearer value stands for, and what ends it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select, update

from domain.identity.bearer import make_bearer
from domain.identity.checks import check_bearer
from domain.identity.tables import Application, Authorisation, Grant, Token
from domain.kernel.caller import WHOLE_WORKSPACE, Caller, Scope
from domain.kernel.database import Database
from domain.kernel.errors import AddressRefused, TokenInvalid
from domain.kernel.ids import new_id, show
from domain.kernel.sealing import fingerprint
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.service import remove_member
from domain.workspaces.shapes import Role
from domain.workspaces.tables import Member
from tests.domain.identity.build import (
    Held,
    build_access,
    build_application,
    build_key,
    build_member,
)
from tests.world import make_token, make_workspace


async def check(database: Database, bearer: str, *, address: str | None = None) -> Caller:
    return (await check_bearer(database, bearer, now=datetime.now(UTC))).at(address)


async def held(database: Database) -> tuple[UUID, UUID, tuple[UUID, UUID], Held]:
    """A workspace and a member of it, an application of another one, and what it holds."""
    owner, workspace_id = await make_workspace(database), await make_workspace(database)
    member_id = await build_member(database, workspace_id)
    application = (owner, await build_application(database, owner))
    access = await build_access(database, workspace_id, member_id, application)
    return workspace_id, member_id, application, access


async def test_operators_token_stands_for_nobody(database: Database) -> None:
    workspace_id = await make_workspace(database)
    bearer = await make_token(database, workspace_id, [Scope.POSTS_READ])

    found = await check(database, bearer)

    assert found.token_id is not None
    assert found == Caller(
        workspace_id,
        f"token:{show('tok', found.token_id)}",
        frozenset({Scope.POSTS_READ}),
        token_id=found.token_id,
    )


@pytest.mark.parametrize("role", list(ROLE_SCOPES))
async def test_members_key_can_do_no_more_than_the_member(database: Database, role: Role) -> None:
    workspace_id = await make_workspace(database)
    member_id = await build_member(database, workspace_id, role)
    bearer = await build_key(database, workspace_id, member_id)
    narrow = await build_key(database, workspace_id, member_id, scopes=["posts:read", "unknown"])

    found, less = [await check(database, each) for each in (bearer, narrow)]

    assert (found.actor, found.member_id) == (f"member:{show('mem', member_id)}", member_id)
    assert found.scopes == ROLE_SCOPES[role]
    assert less.scopes == frozenset({Scope.POSTS_READ})


async def test_communities_are_those_that_both_token_and_member_see(database: Database) -> None:
    workspace_id = await make_workspace(database)
    a, b, c = new_id(), new_id(), new_id()
    free = await build_member(database, workspace_id)
    held_to = await build_member(database, workspace_id, communities=[a, b])

    async def seen(member_id: UUID, communities: list[UUID] | None) -> Caller:
        key = await build_key(database, workspace_id, member_id, communities=communities)
        return await check(database, key)

    assert (await seen(free, None)).communities is None
    assert (await seen(free, [b, c])).communities == frozenset({b, c})
    assert (await seen(held_to, None)).communities == frozenset({a, b})
    both = await seen(held_to, [b, c])
    assert both.communities == frozenset({b})
    assert not both.scopes & WHOLE_WORKSPACE


async def test_applications_token_acts_for_its_member_in_a_workspace_not_its_own(
    database: Database,
) -> None:
    _, member_id, _, access = await held(database)

    found = await check(database, access.bearer)

    assert (found.member_id, found.grant_id) == (member_id, access.grant_id)
    assert found.application is not None
    assert found.application.startswith("app_")
    assert found.scopes == frozenset(Scope)


async def test_narrowed_application_narrows_what_it_holds(database: Database) -> None:
    _, _, (owner, _), access = await held(database)
    async with database.transaction(owner) as session:
        await session.exec(update(Application).values(scopes=["posts:read"]))

    assert (await check(database, access.bearer)).scopes == {Scope.POSTS_READ}


async def test_narrowed_grant_narrows_what_came_of_it(database: Database) -> None:
    workspace_id, _, _, access = await held(database)
    community = new_id()
    async with database.transaction(workspace_id) as session:
        scopes, communities = ["posts:read", "events:read"], [community]
        await session.exec(update(Grant).values(scopes=scopes, communities=communities))

    found = await check(database, access.bearer)

    # The log shows every community.
    assert found.scopes == {Scope.POSTS_READ}
    assert found.communities == frozenset({community})


@pytest.mark.parametrize(
    "ending",
    ["token", "grant", "authorisation", "suspended", "application", "member", "expired"],
)
async def test_token_ends_with_everything_it_came_of(database: Database, ending: str) -> None:
    workspace_id, member_id, (owner, _), access = await held(database)
    now = datetime.now(UTC)
    async with database.transaction(workspace_id) as session:
        match ending:
            case "token":
                await session.exec(update(Token).values(revoked_at=now))
            case "grant":
                await session.exec(update(Grant).values(revoked_at=now))
            case "authorisation":
                await session.exec(update(Authorisation).values(revoked_at=now))
            case "expired":
                await session.exec(update(Token).values(expires_at=now))
            case "member":
                caller = await check(database, access.bearer)
                statement = update(Member).where(col(Member.id) == member_id)
                await session.exec(statement.values(role=Role.READER))
                await remove_member(session, caller, member_id, expected_version=None, now=now)
    async with database.transaction(owner) as session:
        if ending == "suspended":
            await session.exec(update(Application).values(suspended_at=now))
        if ending == "application":
            await session.delete((await session.exec(select(Application))).one())

    with pytest.raises(TokenInvalid):
        await check(database, access.bearer)


async def test_value_stands_for_somebody_in_the_workspace_it_names_alone(
    database: Database,
) -> None:
    workspace_id, _, (owner, _), _ = await held(database)
    named = make_bearer(owner)
    async with database.transaction(workspace_id) as session:
        await session.exec(update(Token).values(fingerprint=fingerprint(named)))

    with pytest.raises(TokenInvalid):
        await check(database, named)


async def test_key_is_refused_from_elsewhere(database: Database) -> None:
    workspace_id = await make_workspace(database)
    member_id = await build_member(database, workspace_id)
    key = await build_key(database, workspace_id, member_id, addresses=["192.0.2.0/24"])

    assert (await check(database, key, address="192.0.2.9")).member_id == member_id
    for address in ("198.51.100.1", None):
        with pytest.raises(AddressRefused):
            await check(database, key, address=address)


async def test_use_is_noted_once_a_minute(database: Database) -> None:
    workspace_id, _, _, access = await held(database)
    first = datetime.now(UTC)
    moments = [first, first + timedelta(seconds=59), first + timedelta(seconds=61)]
    noted = []
    for moment in moments:
        await check_bearer(database, access.bearer, now=moment)
        async with database.transaction(workspace_id) as session:
            token = await session.get_one(Token, (workspace_id, access.token_id))
            grant = await session.get_one(Grant, (workspace_id, access.grant_id))
            noted.append((token.last_used_at, grant.last_used_at))

    assert noted == [(first, first), (first, first), (moments[2], moments[2])]
