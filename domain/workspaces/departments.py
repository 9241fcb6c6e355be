"""Departments: made, changed, removed. Who leads one is in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    apply,
    difference,
    find_for_change,
    flush,
    insert,
    made_before,
    made_now,
    need_all,
)
from domain.kernel.errors import LeadOutside
from domain.kernel.ids import show
from domain.workspaces import queries
from domain.workspaces.department_queries import members_of, view_of, views_of, visible
from domain.workspaces.department_shapes import ChangeDepartment, CreateDepartment, DepartmentView
from domain.workspaces.tables import Department, DepartmentMember, Member

TAKEN = "A department with this name exists already."


async def create_department(
    session: AsyncSession, caller: Caller, command: CreateDepartment, *, now: datetime
) -> DepartmentView:
    """Raises `CommunitiesHeld`, `NotFound` for a member, `LeadOutside`, `AlreadyExists`."""
    _need_house(caller)
    before = await made_before(session, caller, Department, command)
    if before is not None:
        return (await views_of(session, caller, [before]))[0]
    members = list(dict.fromkeys(command.member_ids))
    await _need_members(session, caller, {*members, *_lead(command.lead_id)})
    row = Department(
        **made_now(caller, command, now=now),
        name=command.name,
        description=command.description,
        lead_id=_led(command.lead_id, members),
    )
    await insert(session, row, taken=TAKEN, at="/name")
    await _put(session, row, members)
    data = {"current": _told(row, members)}
    record(session, caller, "department.created", ("department", row.id), now=now, data=data)
    return view_of(row, members)


async def change_department(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeDepartment,
    *,
    expected_version: int | None,
    now: datetime,
) -> DepartmentView:
    """A lead who is no longer in it leads it no longer. Raises as `create_department`."""
    _need_house(caller)
    row = await _department(session, caller, id_, expected_version)
    values = command.sent()
    was = (await members_of(session, caller, [id_]))[id_]
    members = list(dict.fromkeys(values.pop("member_ids", was)))
    await _need_members(session, caller, {*members, *_lead(values.get("lead_id"))} - set(was))
    if "lead_id" in values:
        _led(values["lead_id"], members)
    await _change(session, caller, row, values, was, members, now=now)
    return view_of(row, members)


async def _change(
    session: AsyncSession,
    caller: Caller,
    row: Department,
    values: dict[str, Any],
    was: Sequence[UUID],
    members: list[UUID],
    *,
    now: datetime,
) -> None:
    if "lead_id" not in values and row.lead_id not in members:
        values["lead_id"] = None
    before = _told(row, was)
    changed = apply(row, values, now=now)
    if members != was:
        await _put(session, row, members)
        if not changed:
            row.version, row.updated_at = row.version + 1, now
    data = difference(before, _told(row, members))
    if data:
        await flush(session, taken=TAKEN, at="/name")
        record(session, caller, "department.changed", ("department", row.id), now=now, data=data)


async def remove_department(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Its members stay members of the house."""
    _need_house(caller)
    row = await _department(session, caller, id_, expected_version)
    data = {"previous": _told(row, (await members_of(session, caller, [id_]))[id_])}
    await session.delete(row)
    record(session, caller, "department.removed", ("department", id_), now=now, data=data)


async def leave_departments(
    session: AsyncSession, caller: Caller, member_id: UUID, *, now: datetime
) -> None:
    """Takes a member out of all that they are in, before they go."""
    theirs = select(DepartmentMember.department_id).where(
        col(DepartmentMember.workspace_id) == caller.workspace_id,
        col(DepartmentMember.member_id) == member_id,
    )
    statement = visible(caller).where(col(Department.id).in_(theirs)).order_by(col(Department.id))
    rows = (await session.exec(statement.with_for_update())).all()
    members = await members_of(session, caller, [row.id for row in rows])
    for row in rows:
        was = members[row.id]
        left = [id_ for id_ in was if id_ != member_id]
        await _change(session, caller, row, {}, was, left, now=now)


def _need_house(caller: Caller) -> None:
    caller.need(Scope.MEMBERS_WRITE)
    caller.need_all_communities()


def _lead(lead_id: UUID | None) -> tuple[UUID, ...]:
    return () if lead_id is None else (lead_id,)


def _led(lead_id: UUID | None, members: Sequence[UUID]) -> UUID | None:
    """The lead, who must be among the members. Raises `LeadOutside`."""
    if lead_id is not None and lead_id not in members:
        raise LeadOutside(at="/lead_id")
    return lead_id


async def _need_members(session: AsyncSession, caller: Caller, ids: set[UUID]) -> None:
    """Raises `NotFound`. Who is found stays until the department stands."""
    statement = queries.visible(caller).where(col(Member.id).in_(ids))
    found = (await session.exec(statement.with_for_update(key_share=True, read=True))).all()
    need_all("member", ids, (row.id for row in found))


async def _put(session: AsyncSession, row: Department, members: Iterable[UUID]) -> None:
    """Makes these the members, in this order."""
    await session.exec(
        delete(DepartmentMember).where(
            col(DepartmentMember.workspace_id) == row.workspace_id,
            col(DepartmentMember.department_id) == row.id,
        )
    )
    session.add_all(
        DepartmentMember(
            workspace_id=row.workspace_id, department_id=row.id, member_id=id_, place=place
        )
        for place, id_ in enumerate(members)
    )
    await session.flush()


def _told(row: Department, members: Sequence[UUID]) -> dict[str, Any]:
    return {
        "name": row.name,
        "description": row.description,
        "lead_id": row.lead_id and show("mem", row.lead_id),
        "member_ids": [show("mem", id_) for id_ in members],
    }


async def _department(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Department:
    statement = visible(caller).where(col(Department.id) == id_)
    return await find_for_change(
        session, statement, what="department", expected_version=expected_version
    )
