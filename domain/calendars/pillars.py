"""Pillars: the themes a calendar comes back to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.calendars import queries as calendars
from domain.calendars.shapes import ChangePillar, CreatePillar, PillarView
from domain.calendars.tables import Calendar, Pillar
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    apply,
    find,
    find_for_change,
    flush,
    insert,
    made_before,
    made_now,
    remove,
)
from domain.kernel.errors import Fault, Misfit
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page

OLDEST_FIRST = Sort(
    "pillars.created_at", (col(Pillar.created_at), col(Pillar.id)), (datetime, UUID)
)
NAME_TAKEN = "A pillar of this calendar has this name already."


def visible(caller: Caller) -> SelectOfScalar[Pillar]:
    return select(Pillar).where(col(Pillar.workspace_id) == caller.workspace_id)


PILLARS = Register(Pillar, "pillar", Scope.CALENDARS_READ, visible, PillarView.model_validate)
get_pillar, pillars_by_id = PILLARS.one, PILLARS.many


async def create_pillar(
    session: AsyncSession, caller: Caller, command: CreatePillar, *, now: datetime
) -> PillarView:
    caller.need(Scope.CALENDARS_WRITE)
    before = await made_before(session, caller, Pillar, command)
    if before is not None:
        return PillarView.model_validate(before)
    found = calendars.visible(caller).where(col(Calendar.id) == command.calendar_id)
    await find(session, found, what="calendar")
    row = Pillar(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id"}),
    )
    await insert(session, row, taken=NAME_TAKEN, at="/name")
    record(session, caller, "pillar.created", ("pillar", row.id), now=now)
    return PillarView.model_validate(row)


async def change_pillar(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangePillar,
    *,
    expected_version: int | None,
    now: datetime,
) -> PillarView:
    caller.need(Scope.CALENDARS_WRITE)
    row = await _pillar(session, caller, id_, expected_version)
    previous = apply(row, command.sent(), now=now)
    if previous:
        await flush(session, taken=NAME_TAKEN, at="/name")
        record_change(session, caller, "pillar.changed", ("pillar", id_), row, previous, now=now)
    return PillarView.model_validate(row)


async def remove_pillar(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Raises `InUse` while posts, slots or recurrences stand on it."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _pillar(session, caller, id_, expected_version)
    await remove(session, row, in_use="Posts, slots or recurrences stand on this pillar.")
    record(session, caller, "pillar.removed", ("pillar", id_), now=now)


async def list_pillars(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    calendar_ids: Sequence[UUID] = (),
) -> Page[PillarView]:
    """The oldest first."""
    caller.need(Scope.CALENDARS_READ)
    statement = visible(caller).where(among(Pillar.calendar_id, calendar_ids))
    return await OLDEST_FIRST.page(session, statement, request, view=PillarView.model_validate)


async def check_pillar(
    session: AsyncSession, caller: Caller, calendar_id: UUID, pillar_id: UUID | None
) -> None:
    """Raises `NotFound`, and `Misfit` for a pillar of another calendar."""
    if pillar_id is None:
        return
    row = await find(session, visible(caller).where(col(Pillar.id) == pillar_id), what="pillar")
    if row.calendar_id != calendar_id:
        fault = Fault("/pillar_id", "pillar.other_calendar", "It is of another calendar.")
        raise Misfit(faults=(fault,))


async def _pillar(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Pillar:
    statement = visible(caller).where(col(Pillar.id) == id_)
    return await find_for_change(
        session, statement, what="pillar", expected_version=expected_version
    )
