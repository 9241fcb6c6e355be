"""Calendars of many communities at once, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.shapes import CalendarView
from domain.calendars.tables import Calendar
from domain.kernel.batches import first_of_each
from domain.kernel.caller import Caller, Scope

OLDEST_FIRST = (col(Calendar.created_at), col(Calendar.id))


async def calendars_by_community(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[CalendarView]]:
    """The first `limit` calendars of each community, oldest first."""
    caller.need(Scope.CALENDARS_READ)
    return await first_of_each(
        session,
        caller,
        Calendar,
        CalendarView,
        owner="community_id",
        order=OLDEST_FIRST,
        ids=ids,
        limit=limit,
    )
