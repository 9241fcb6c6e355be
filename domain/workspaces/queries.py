"""Reads of the workspace and its members."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope, held_to
from domain.kernel.changes import find
from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, Sort, make_cursor, page_of
from domain.kernel.shapes import Page
from domain.workspaces.roles import ROLE_SCOPES
from domain.workspaces.shapes import Membership, MemberView, Role, Standing, WorkspaceView
from domain.workspaces.tables import Member, Workspace

NEWEST_LAST = Sort("id", (col(Member.id),), (UUID,))
MEMBERSHIPS = text("SELECT * FROM parvis_memberships(:user)")


def visible(caller: Caller) -> SelectOfScalar[Member]:
    return select(Member).where(col(Member.workspace_id) == caller.workspace_id)


async def get_workspace(session: AsyncSession, caller: Caller) -> WorkspaceView:
    caller.need(Scope.WORKSPACE_READ)
    row = await session.get(Workspace, caller.workspace_id)
    if row is None:
        raise NotFound("workspace")
    return workspace_view(row)


async def get_member(session: AsyncSession, caller: Caller, id_: UUID) -> MemberView:
    caller.need(Scope.MEMBERS_READ)
    row = await find(session, visible(caller).where(col(Member.id) == id_), what="member")
    return MemberView.model_validate(row)


async def list_members(
    session: AsyncSession, caller: Caller, request: PageRequest, *, roles: Sequence[Role] = ()
) -> Page[MemberView]:
    caller.need(Scope.MEMBERS_READ)
    statement = visible(caller)
    if roles:
        statement = statement.where(col(Member.role).in_(roles))
    rows = (await session.exec(NEWEST_LAST.after(statement, request))).all()
    return page_of(
        rows,
        request,
        view=MemberView.model_validate,
        cursor=lambda row: make_cursor(NEWEST_LAST.name, row.id),
    )


async def members_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, MemberView]:
    caller.need(Scope.MEMBERS_READ)
    rows = (await session.exec(visible(caller).where(col(Member.id).in_(ids)))).all()
    return {row.id: MemberView.model_validate(row) for row in rows}


async def memberships(session: AsyncSession, user_id: UUID) -> list[Membership]:
    """The workspaces a user may enter, by name. Needs no workspace in the transaction."""
    rows = (await session.exec(MEMBERSHIPS, params={"user": user_id})).all()  # type: ignore[call-overload]  # SQLModel types no text()
    return [
        Membership(row.workspace_id, row.workspace_name, row.slug, row.member_id, Role(row.role))
        for row in rows
    ]


async def standing(session: AsyncSession, member_id: UUID) -> Standing | None:
    """What a member of the transaction's workspace may do now; None: they were removed."""
    asked = select(Member.role, Member.communities).where(col(Member.id) == member_id)
    found = (await session.exec(asked)).one_or_none()
    if found is None:
        return None
    role, held = found
    communities = None if held is None else frozenset(held)
    return Standing(held_to(ROLE_SCOPES[Role(role)], communities), communities)


def workspace_view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(
        id=row.workspace_id,
        slug=row.slug,
        name=row.name,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
