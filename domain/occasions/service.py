"""Calendars of others are subscribed to, changed, read at once and left."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.communities.queries import find_community
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, flush, insert, made_before, made_now
from domain.kernel.nudges import due_at
from domain.occasions.nearing import propose_anew
from domain.occasions.queries import view_of, visible
from domain.occasions.rules import READ_AGAIN, address
from domain.occasions.shapes import ChangeEventCalendar, CreateEventCalendar, EventCalendarView
from domain.occasions.tables import EventCalendar

TAKEN = "The community follows this address already."
UNREAD = {"etag": "", "modified": "", "problem": None, "failures": 0, "read_at": None}
"""What is known of a calendar before its address was read."""


async def create_event_calendar(
    session: AsyncSession, caller: Caller, command: CreateEventCalendar, *, now: datetime
) -> EventCalendarView:
    """A worker reads it at once. Raises `AlreadyExists` and `NotFound`."""
    caller.need(Scope.CALENDARS_WRITE)
    before = await made_before(session, caller, EventCalendar, command)
    if before is not None:
        return view_of(before)
    await find_community(session, caller, command.community_id)
    row = EventCalendar(
        **made_now(caller, command, now=now),
        url=address(command.url),
        act_at=now,
        **command.model_dump(exclude={"id", "url"}),
    )
    await insert(session, row, taken=TAKEN, at="/url")
    due_at(session, caller.workspace_id, row.id, now)
    record(session, caller, "event_calendar.created", ("event_calendar", row.id), now=now)
    return view_of(row)


async def change_event_calendar(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeEventCalendar,
    *,
    expected_version: int | None,
    now: datetime,
) -> EventCalendarView:
    """At another address it is read at once; what it told before stays until then."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _calendar(session, caller, id_, expected_version)
    values = command.sent()
    if "url" in values:
        values["url"] = address(values["url"])
    previous = apply(row, values, now=now)
    if not previous:
        return view_of(row)
    if "url" in previous:
        for name, value in {**UNREAD, "act_at": now}.items():
            setattr(row, name, value)
        due_at(session, caller.workspace_id, id_, now)
    await flush(session, taken=TAKEN, at="/url")
    if "proposes_days_before" in previous:
        await propose_anew(session, caller, row, now=now)
    about = ("event_calendar", id_)
    record_change(session, caller, "event_calendar.changed", about, row, previous, now=now)
    return view_of(row)


async def pull_event_calendar(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> EventCalendarView:
    """Has it read at once; 10 s after it was read well at the soonest."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _calendar(session, caller, id_, None)
    soonest = now if row.read_at is None else max(now, row.read_at + READ_AGAIN)
    row.act_at = soonest if row.act_at is None else min(row.act_at, soonest)
    due_at(session, caller.workspace_id, id_, row.act_at)
    return view_of(row)


async def remove_event_calendar(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Its occasions go with it."""
    caller.need(Scope.CALENDARS_WRITE)
    row = await _calendar(session, caller, id_, expected_version)
    await session.delete(row)
    record(session, caller, "event_calendar.removed", ("event_calendar", id_), now=now)


async def _calendar(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> EventCalendar:
    return await find_for_change(
        session,
        visible(caller).where(col(EventCalendar.id) == id_),
        what="event calendar",
        expected_version=expected_version,
    )
