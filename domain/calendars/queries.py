"""Reads of calendars."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.calendars.shapes import CalendarView
from domain.calendars.tables import Calendar
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find, find_by_id
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.prepared import ID, WORKSPACE
from domain.kernel.shapes import Page

OLDEST_FIRST = Sort(
    "calendars.created_at", (col(Calendar.created_at), col(Calendar.id)), (datetime, UUID)
)

BY_ID = select(Calendar).where(col(Calendar.workspace_id) == WORKSPACE, col(Calendar.id) == ID)


def visible(caller: Caller) -> SelectOfScalar[Calendar]:
    return select(Calendar).where(col(Calendar.workspace_id) == caller.workspace_id)


async def get_calendar(session: AsyncSession, caller: Caller, id_: UUID) -> CalendarView:
    caller.need(Scope.CALENDARS_READ)
    row = await find(session, visible(caller).where(col(Calendar.id) == id_), what="calendar")
    return CalendarView.model_validate(row)


async def find_calendar(session: AsyncSession, caller: Caller, id_: UUID) -> Calendar:
    """The row, for the floors above, whose own scopes guard it. Raises `NotFound`."""
    return await find_by_id(session, caller, BY_ID, id_, what="calendar")


async def list_calendars(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    community_ids: Sequence[UUID] = (),
) -> Page[CalendarView]:
    caller.need(Scope.CALENDARS_READ)
    statement = visible(caller).where(among(Calendar.community_id, community_ids))
    return await OLDEST_FIRST.page(session, statement, request, view=CalendarView.model_validate)
