"""Reads of the workspace and its members, and of where a user may go."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, false, literal, or_
from sqlmodel import and_, col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.workspaces.rules import Seat, scopes_of
from domain.workspaces.seats import known_communities
from domain.workspaces.shapes import (
    Membership,
    MembershipView,
    MemberView,
    MeView,
    Role,
    Standing,
    WorkspaceKind,
    WorkspaceView,
)
from domain.workspaces.tables import CustomRole, Member, Workspace

NEWEST_LAST = Sort("members.id", (col(Member.id),), (UUID,))
MEMBERSHIPS = text("SELECT * FROM parvis_memberships(:user)")


def visible(caller: Caller) -> SelectOfScalar[Member]:
    return select(Member).where(col(Member.workspace_id) == caller.workspace_id)


async def get_workspace(session: AsyncSession, caller: Caller) -> WorkspaceView:
    caller.need(Scope.WORKSPACE_READ)
    return workspace_view(await find_workspace(session, caller))


async def find_workspace(session: AsyncSession, caller: Caller) -> Workspace:
    """Raises `NotFound`."""
    row = await session.get(Workspace, caller.workspace_id)
    if row is None:
        raise NotFound("workspace")
    return row


async def get_me(session: AsyncSession, caller: Caller) -> MeView:
    """Who the token acts for: any token may know."""
    workspace = await find_workspace(session, caller)
    member = None
    if caller.member_id is not None:
        statement = visible(caller).where(col(Member.id) == caller.member_id)
        member = member_view(caller)(await find(session, statement, what="member"))
    user_id = None if member is None else member.user_id
    held = caller.communities
    return MeView(
        actor=caller.actor,
        user_id=user_id,
        member=member,
        workspace_id=caller.workspace_id,
        workspace_name=workspace.name,
        role=None if member is None else member.role,
        scopes=sorted(caller.scopes),
        communities=None if held is None else sorted(held),
        workspaces=[] if user_id is None else await _places(session, caller, user_id),
    )


async def _places(session: AsyncSession, caller: Caller, user_id: UUID) -> list[MembershipView]:
    """An application was let into one workspace: where else its person is, it is not told."""
    return [
        MembershipView.model_validate(each)
        for each in await memberships(session, user_id)
        if caller.grant_id is None or each.workspace_id == caller.workspace_id
    ]


async def get_member(session: AsyncSession, caller: Caller, id_: UUID) -> MemberView:
    caller.need(Scope.MEMBERS_READ)
    row = await find(session, visible(caller).where(col(Member.id) == id_), what="member")
    return member_view(caller)(row)


async def list_members(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    roles: Sequence[Role] = (),
    community_ids: Sequence[UUID] = (),
) -> Page[MemberView]:
    """By communities: those who see one of them, so those who see all too."""
    caller.need(Scope.MEMBERS_READ)
    statement = visible(caller)
    if roles:
        statement = statement.where(col(Member.role).in_(roles))
    if community_ids:
        statement = statement.where(_sees(await known_communities(session, community_ids)))
    return await NEWEST_LAST.page(session, statement, request, view=member_view(caller))


def _sees(communities: Sequence[UUID]) -> ColumnElement[bool]:
    """One of these; nobody sees a community that is none of the workspace's."""
    if not communities:
        return false()
    held = col(Member.communities)
    return or_(held.is_(None), held.op("&&")(literal(communities, ARRAY(Uuid))))


async def members_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, MemberView]:
    caller.need(Scope.MEMBERS_READ)
    rows = (await session.exec(visible(caller).where(col(Member.id).in_(ids)))).all()
    shown = member_view(caller)
    return {row.id: shown(row) for row in rows}


async def memberships(session: AsyncSession, user_id: UUID) -> list[Membership]:
    """The workspaces a user may enter, by name. Needs no workspace in the transaction."""
    rows = (await session.exec(MEMBERSHIPS, params={"user": user_id})).all()  # type: ignore[call-overload]  # SQLModel types no text()
    return [
        Membership(row.workspace_id, row.workspace_name, row.slug, row.member_id, Role(row.role))
        for row in rows
    ]


async def standing(session: AsyncSession, member_id: UUID) -> Standing | None:
    """What a member of the transaction's workspace may do now; None: they were removed."""
    asked = (
        select(Member, CustomRole.scopes)
        .join(
            CustomRole,
            and_(
                col(CustomRole.workspace_id) == col(Member.workspace_id),
                col(CustomRole.id) == col(Member.role_id),
            ),
            isouter=True,
        )
        .where(col(Member.id) == member_id)
    )
    found = (await session.exec(asked)).one_or_none()
    if found is None:
        return None
    member, own = found
    seat = seat_held(member)
    return Standing(scopes_of(seat, own or ()), seat.communities)


def seat_held(row: Member) -> Seat:
    held = row.communities
    return Seat(Role(row.role), row.role_id, None if held is None else frozenset(held))


def member_view(caller: Caller) -> Callable[[Member], MemberView]:
    """How members look to the caller: who they are in person takes a scope of its own."""
    if Scope.MEMBERS_PERSONAL in caller.scopes:
        return MemberView.model_validate
    without = {"name": None, "email": None}
    return lambda row: MemberView.model_validate(row).model_copy(update=without)


def workspace_view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(
        id=row.workspace_id,
        slug=row.slug,
        name=row.name,
        kind=WorkspaceKind(row.kind),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
