"""Calendars of many communities at once, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.shapes import CalendarView
from domain.calendars.tables import Calendar
from domain.kernel.batches import ById, OfEach
from domain.kernel.caller import Caller, Scope

CALENDARS = ById(Calendar, CalendarView)
OLDEST_FIRST = (col(Calendar.created_at), col(Calendar.id))
OF_COMMUNITY = OfEach(Calendar, CalendarView, "community_id", OLDEST_FIRST)


async def calendars_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, CalendarView]:
    caller.need(Scope.CALENDARS_READ)
    return await CALENDARS.read(session, caller, ids)


async def calendars_by_community(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[CalendarView]]:
    """The first `limit` calendars of each community, oldest first."""
    caller.need(Scope.CALENDARS_READ)
    return await OF_COMMUNITY.first(session, caller, ids, limit=limit)
