"""Reads of departments, with who is in them."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.workspaces.department_shapes import DepartmentView
from domain.workspaces.tables import Department, DepartmentMember

IN_ORDER = Sort("departments.id", (col(Department.id),), (UUID,))


def visible(caller: Caller) -> SelectOfScalar[Department]:
    return select(Department).where(col(Department.workspace_id) == caller.workspace_id)


async def get_department(session: AsyncSession, caller: Caller, id_: UUID) -> DepartmentView:
    caller.need(Scope.MEMBERS_READ)
    row = await find(session, visible(caller).where(col(Department.id) == id_), what="department")
    return (await views_of(session, caller, [row]))[0]


async def list_departments(
    session: AsyncSession, caller: Caller, request: PageRequest
) -> Page[DepartmentView]:
    caller.need(Scope.MEMBERS_READ)
    views = partial(views_of, session, caller)
    return await IN_ORDER.page_together(session, visible(caller), request, views=views)


async def departments_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, DepartmentView]:
    caller.need(Scope.MEMBERS_READ)
    rows = (await session.exec(visible(caller).where(col(Department.id).in_(ids)))).all()
    return {view.id: view for view in await views_of(session, caller, rows)}


async def members_of(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    statement = select(DepartmentMember).where(
        col(DepartmentMember.workspace_id) == caller.workspace_id,
        col(DepartmentMember.department_id).in_(ids),
    )
    found: dict[UUID, list[UUID]] = {id_: [] for id_ in ids}
    for each in (await session.exec(statement.order_by(col(DepartmentMember.place)))).all():
        found[each.department_id].append(each.member_id)
    return found


async def views_of(
    session: AsyncSession, caller: Caller, rows: Sequence[Department]
) -> list[DepartmentView]:
    members = await members_of(session, caller, [row.id for row in rows])
    return [view_of(row, members[row.id]) for row in rows]


def view_of(row: Department, members: list[UUID]) -> DepartmentView:
    kept = {name: getattr(row, name) for name in DepartmentView.model_fields if hasattr(row, name)}
    return DepartmentView(**kept, member_ids=members)
