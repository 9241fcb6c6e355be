"""Reads the event log from a number on: a reader that follows it misses nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events import places
from domain.events.kinds import EventKind
from domain.events.places import Place, head_from
from domain.events.shapes import EventView, subject_text
from domain.events.subjects import SubjectKind
from domain.events.tables import Event
from domain.kernel.caller import Caller, Scope
from domain.kernel.coded import described_at
from domain.kernel.errors import NotFound
from domain.kernel.ids import read_any
from domain.kernel.narrowing import among, within
from domain.kernel.pages import PageRequest, Sort, page_of
from domain.kernel.shapes import Page

IN_ORDER = Sort(places.NAME, (col(Event.number),), (int,))


def visible(caller: Caller) -> SelectOfScalar[Event]:
    return select(Event).where(col(Event.workspace_id) == caller.workspace_id)


async def get_event(session: AsyncSession, caller: Caller, id_: UUID) -> EventView:
    """Raises `NotFound`, for one too that the retention no longer keeps."""
    found = await events_by_id(session, caller, [id_])
    if id_ not in found:
        raise NotFound("event", [id_])
    return found[id_]


async def events_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, EventView]:
    caller.need(Scope.EVENTS_READ)
    rows = (await session.exec(visible(caller).where(col(Event.id).in_(ids)))).all()
    return {row.id: view_of(row) for row in rows}


async def list_events(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    kinds: Sequence[EventKind] = (),
    subject_kinds: Sequence[SubjectKind] = (),
    subjects: Sequence[str] = (),
    since: datetime | None = None,
) -> Page[EventView]:
    """The log, oldest first. The last page has a cursor too: go on from it for what comes next.

    It stands behind all that was there, shown or not: a reader of few kinds has a place to go on
    from before the first of them comes. Raises `IdMalformed` for a subject that is no id, and
    `CursorLost`.
    """
    caller.need(Scope.EVENTS_READ)
    here = Place.of(request.cursor)
    # Before the page: what is written in between is behind the cursor, and comes next.
    head = await head_from(session, caller, here)
    statement = visible(caller).where(
        col(Event.number) > here.number,
        among(Event.kind, kinds),
        among(Event.subject_kind, subject_kinds),
        *within(Event.occurred_at, since, None),
        *about(subjects),
    )
    rows = (await session.exec(IN_ORDER.after(statement, PageRequest(request.limit)))).all()
    page = page_of(rows, request, view=view_of, cursor=_cursor)
    if page.page.has_more:
        return page
    end = max(head, *map(_place, rows[-1:]), Place())
    next_cursor = end.cursor() if end.number else None
    mark = page.page.model_copy(update={"next_cursor": next_cursor})
    return page.model_copy(update={"page": mark})


def about(subjects: Sequence[str]) -> list[ColumnElement[bool]]:
    """Only events about these things, by their ids. Raises `IdMalformed`."""
    if not subjects:
        return []
    kinds, ids = zip(*(read_any(text) for text in subjects), strict=True)
    return [col(Event.subject_kind).in_(kinds), col(Event.subject_id).in_(ids)]


def view_of(event: Event) -> EventView:
    return EventView(
        id=event.id,
        number=event.number,
        kind=event.kind,
        subject_kind=event.subject_kind,
        subject_id=subject_text(event.subject_kind, event.subject_id),
        actor=event.actor,
        occurred_at=event.occurred_at,
        data=_told(event.data),
    )


def _told(data: dict[str, Any]) -> dict[str, Any]:
    """The log keeps a code alone, as rows do: what it means is described where it is shown."""
    code = data.get("code")
    return data if code is None else {**data, "type": described_at(code)}


def _place(event: Event) -> Place:
    return Place.behind(event.number, event.hash)


def _cursor(event: Event) -> str:
    return _place(event).cursor()
