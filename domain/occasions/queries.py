"""Reads of calendars that are followed, and of the occasions in a window of time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.batches import ById
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.errors import NotFound
from domain.kernel.narrowing import among, ensure_window, within
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.occasions.shapes import (
    EventCalendarState,
    EventCalendarView,
    OccasionView,
    ReadingProblem,
)
from domain.occasions.tables import EventCalendar, Occasion

OLDEST_FIRST = Sort(
    "event_calendars.created_at",
    (col(EventCalendar.created_at), col(EventCalendar.id)),
    (datetime, UUID),
)
BY_TIME = Sort("occasions.starts_at", (col(Occasion.starts_at), col(Occasion.id)), (datetime, UUID))
occasions_by_id = ById(Occasion, OccasionView, Scope.CALENDARS_READ).read
LONGEST_OCCASION = timedelta(days=100)
"""What goes on for longer is shown around its beginning alone."""


def visible(caller: Caller) -> SelectOfScalar[EventCalendar]:
    return select(EventCalendar).where(col(EventCalendar.workspace_id) == caller.workspace_id)


def visible_occasions(caller: Caller) -> SelectOfScalar[Occasion]:
    return select(Occasion).where(col(Occasion.workspace_id) == caller.workspace_id)


async def get_event_calendar(session: AsyncSession, caller: Caller, id_: UUID) -> EventCalendarView:
    caller.need(Scope.CALENDARS_READ)
    statement = visible(caller).where(col(EventCalendar.id) == id_)
    return view_of(await find(session, statement, what="event calendar"))


async def event_calendars_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, EventCalendarView]:
    caller.need(Scope.CALENDARS_READ)
    rows = (await session.exec(visible(caller).where(col(EventCalendar.id).in_(ids)))).all()
    return {row.id: view_of(row) for row in rows}


async def list_event_calendars(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    community_ids: Sequence[UUID] = (),
) -> Page[EventCalendarView]:
    """The oldest first."""
    caller.need(Scope.CALENDARS_READ)
    statement = visible(caller).where(among(EventCalendar.community_id, community_ids))
    return await OLDEST_FIRST.page(session, statement, request, view=view_of)


async def get_occasion(session: AsyncSession, caller: Caller, id_: UUID) -> OccasionView:
    found = await occasions_by_id(session, caller, [id_])
    if id_ not in found:
        raise NotFound("occasion", [id_])
    return found[id_]


async def list_occasions(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    since: datetime,
    until: datetime,
    community_ids: Sequence[UUID] = (),
    event_calendar_ids: Sequence[UUID] = (),
) -> Page[OccasionView]:
    """What goes on between two moments, by its beginning: one read of an index.

    Raises `Misfit` for a window that is none.
    """
    caller.need(Scope.CALENDARS_READ)
    ensure_window(since, until)
    statement = _going_on(caller, since, until, community_ids, event_calendar_ids)
    return await BY_TIME.page(session, statement, request, view=OccasionView.model_validate)


def _going_on(
    caller: Caller,
    since: datetime,
    until: datetime,
    community_ids: Sequence[UUID],
    event_calendar_ids: Sequence[UUID],
) -> SelectOfScalar[Occasion]:
    return visible_occasions(caller).where(
        *within(Occasion.starts_at, since - LONGEST_OCCASION, until),
        col(Occasion.ends_at) > since,
        among(Occasion.community_id, community_ids),
        among(Occasion.event_calendar_id, event_calendar_ids),
    )


def view_of(row: EventCalendar) -> EventCalendarView:
    known = {"state", "problem", "next_read_at"}
    kept = {name: getattr(row, name) for name in EventCalendarView.model_fields.keys() - known}
    problem = None if row.problem is None else ReadingProblem.model_validate(row.problem)
    return EventCalendarView(**kept, state=_state(row), problem=problem, next_read_at=row.act_at)


def _state(row: EventCalendar) -> EventCalendarState:
    if row.problem is not None:
        return EventCalendarState.TROUBLED
    return EventCalendarState.WAITING if row.read_at is None else EventCalendarState.FOLLOWED
