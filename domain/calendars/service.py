"""Changes of calendars."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.queries import visible
from domain.calendars.shapes import CalendarView, ChangeCalendar, CreateCalendar
from domain.calendars.tables import Calendar
from domain.communities.queries import find_community
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, insert, made_before, made_now, remove
from domain.kernel.nudges import nudge


async def create_calendar(
    session: AsyncSession, caller: Caller, command: CreateCalendar, *, now: datetime
) -> CalendarView:
    """Raises `NotFound` for a community of another workspace."""
    caller.need(Scope.CALENDARS_WRITE)
    before = await made_before(session, caller, Calendar, command)
    if before is not None:
        return CalendarView.model_validate(before)
    community = await find_community(session, caller, command.community_id)
    row = Calendar(
        **made_now(caller, command, now=now),
        time_zone=command.time_zone or community.time_zone,
        **command.model_dump(exclude={"id", "time_zone"}),
    )
    await insert(session, row, taken="This calendar exists already.")
    record(session, caller, "calendar.created", ("calendar", row.id), now=now)
    return CalendarView.model_validate(row)


async def change_calendar(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeCalendar,
    *,
    expected_version: int | None,
    now: datetime,
) -> CalendarView:
    caller.need(Scope.CALENDARS_WRITE)
    row = await _calendar(session, caller, id_, expected_version)
    previous = apply(row, command.sent(), now=now)
    if previous:
        about = ("calendar", id_)
        record_change(session, caller, "calendar.changed", about, row, previous, now=now)
    if "time_zone" in previous:
        # The days of its posts' metrics are cut in its zone; an hourly sweep finds a lost nudge.
        nudge(session, "recut_metrics", caller.workspace_id, id_)
    return CalendarView.model_validate(row)


async def remove_calendar(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Raises `InUse` while posts or recurrences stand in it."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _calendar(session, caller, id_, expected_version)
    await remove(session, row, in_use="Posts or recurrences stand in this calendar.")
    record(session, caller, "calendar.removed", ("calendar", id_), now=now)


async def _calendar(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Calendar:
    statement = visible(caller).where(col(Calendar.id) == id_)
    return await find_for_change(
        session, statement, what="calendar", expected_version=expected_version
    )
