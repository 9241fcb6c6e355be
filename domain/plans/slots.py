"""Weekly slots of calendars."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.calendars.pillars import check_pillar
from domain.calendars.queries import find_calendar
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    apply,
    find_for_change,
    flush,
    insert,
    made_before,
    made_now,
)
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page
from domain.plans.rules import WeeklySlot
from domain.plans.shapes import ChangeSlot, CreateSlot, SlotView
from domain.plans.tables import Slot

OLDEST_FIRST = Sort("slots.created_at", (col(Slot.created_at), col(Slot.id)), (datetime, UUID))
TIME_TAKEN = "The calendar has a slot at this time already."


def visible(caller: Caller) -> SelectOfScalar[Slot]:
    return select(Slot).where(col(Slot.workspace_id) == caller.workspace_id)


SLOTS = Register(Slot, "slot", Scope.CALENDARS_READ, visible, SlotView.model_validate)
get_slot, slots_by_id = SLOTS.one, SLOTS.many


async def create_slot(
    session: AsyncSession, caller: Caller, command: CreateSlot, *, now: datetime
) -> SlotView:
    caller.need(Scope.CALENDARS_WRITE)
    before = await made_before(session, caller, Slot, command)
    if before is not None:
        return SlotView.model_validate(before)
    await find_calendar(session, caller, command.calendar_id)
    await check_pillar(session, caller, command.calendar_id, command.pillar_id)
    row = Slot(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id"}),
    )
    await insert(session, row, taken=TIME_TAKEN, at="/wall_time")
    record(session, caller, "slot.created", ("slot", row.id), now=now)
    return SlotView.model_validate(row)


async def change_slot(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeSlot,
    *,
    expected_version: int | None,
    now: datetime,
) -> SlotView:
    """Posts that wait in it keep their time."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _slot(session, caller, id_, expected_version)
    values: dict[str, Any] = command.sent()
    await check_pillar(session, caller, row.calendar_id, values.get("pillar_id"))
    previous = apply(row, values, now=now)
    if previous:
        await flush(session, taken=TIME_TAKEN, at="/wall_time")
        changed = {"changed": sorted(previous)}
        record(session, caller, "slot.changed", ("slot", id_), now=now, data=changed)
    return SlotView.model_validate(row)


async def remove_slot(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Posts that wait in it keep their time and leave the queue."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _slot(session, caller, id_, expected_version)
    await session.delete(row)
    record(session, caller, "slot.removed", ("slot", id_), now=now)


async def list_slots(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    calendar_ids: Sequence[UUID] = (),
) -> Page[SlotView]:
    """The oldest first."""
    caller.need(Scope.CALENDARS_READ)
    statement = visible(caller).where(among(Slot.calendar_id, calendar_ids))
    return await OLDEST_FIRST.page(session, statement, request, view=SlotView.model_validate)


async def weekly_slots(
    session: AsyncSession, caller: Caller, calendar_id: UUID
) -> list[WeeklySlot]:
    """The slots of a calendar that are not passed over."""
    statement = visible(caller).where(
        col(Slot.calendar_id) == calendar_id, col(Slot.is_paused).is_(False)
    )
    rows = (await session.exec(statement)).all()
    return [WeeklySlot(row.id, row.weekday, row.wall_time, row.pillar_id) for row in rows]


async def _slot(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Slot:
    statement = visible(caller).where(col(Slot.id) == id_)
    return await find_for_change(session, statement, what="slot", expected_version=expected_version)
