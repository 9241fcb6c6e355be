"""Reads the event log as an audit trail, the latest first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.audit.shapes import AuditEntryView, AuditFilter, OriginView
from domain.events.queries import about, visible
from domain.events.shapes import subject_text
from domain.events.tables import Event, EventCounter
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotFound
from domain.kernel.narrowing import among, within
from domain.kernel.pages import PageRequest, Sort, page_of
from domain.kernel.shapes import Page

LATEST_FIRST = Sort("-audit.number", (col(Event.number),), (int,))


async def list_audit_entries(
    session: AsyncSession, caller: Caller, request: PageRequest, *, where: AuditFilter
) -> Page[AuditEntryView]:
    caller.need(Scope.AUDIT_READ)
    statement = visible(caller).where(*conditions(where))
    rows = (await session.exec(LATEST_FIRST.after(statement, request))).all()
    before = await _hashes_before(session, caller, rows)
    return page_of(rows, request, view=lambda row: _view(row, before), cursor=LATEST_FIRST.cursor)


async def get_audit_entry(session: AsyncSession, caller: Caller, id_: UUID) -> AuditEntryView:
    """Raises `NotFound`, for one too that the retention no longer keeps."""
    caller.need(Scope.AUDIT_READ)
    row = (await session.exec(visible(caller).where(col(Event.id) == id_))).one_or_none()
    if row is None:
        raise NotFound("audit entry", [id_])
    return _view(row, await _hashes_before(session, caller, [row]))


def conditions(where: AuditFilter) -> list[ColumnElement[bool]]:
    """The filter as SQL. Raises `IdMalformed` for a subject that is no id."""
    return [
        among(Event.actor, where.actors),
        among(Event.kind, where.kinds),
        among(Event.subject_kind, where.subject_kinds),
        *within(Event.occurred_at, where.since, where.until),
        *about(where.subjects),
    ]


async def _hashes_before(
    session: AsyncSession, caller: Caller, rows: Sequence[Event]
) -> dict[int, bytes]:
    """The hash of the entry before each, by number; what is forgotten left its last one."""
    numbers = [row.number - 1 for row in rows]
    statement = select(Event.number, Event.hash).where(
        col(Event.workspace_id) == caller.workspace_id, col(Event.number).in_(numbers)
    )
    found = dict((await session.exec(statement)).all())
    kept = await session.get(EventCounter, caller.workspace_id)
    return {kept.forgotten_number: kept.forgotten_hash} | found if kept else found


def _view(row: Event, before: dict[int, bytes]) -> AuditEntryView:
    origin = row.origin
    return AuditEntryView(
        id=row.id,
        number=row.number,
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject_id=subject_text(row.subject_kind, row.subject_id),
        actor=row.actor,
        occurred_at=row.occurred_at,
        origin=origin
        and OriginView(address=origin.get("address"), application=origin.get("application")),
        before=row.data.get("previous"),
        after=row.data.get("current"),
        data=row.data,
        previous_hash=before.get(row.number - 1, b"").hex(),
        hash=row.hash.hex(),
    )
