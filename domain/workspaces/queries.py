"""Reads of the workspace and its members."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, Sort, make_cursor, page_of
from domain.kernel.shapes import Page
from domain.workspaces.shapes import MemberView, Role, WorkspaceView
from domain.workspaces.tables import Member, Workspace

NEWEST_LAST = Sort("id", (col(Member.id),), (UUID,))


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


def workspace_view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(
        id=row.workspace_id,
        slug=row.slug,
        name=row.name,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
