"""The workers' half: calendars fall due, and what they tell is taken over.

Each function is one transaction of plan or record; nothing is fetched in any of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.communities.tables import Community
from domain.connector.errors import NetworkError, RateLimited
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.changes import apply
from domain.kernel.clock import zone_rules
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.occasions.nearing import propose
from domain.occasions.queries import visible, visible_occasions
from domain.occasions.rules import AHEAD, BACK, ENOUGH, READ_EVERY, next_try
from domain.occasions.shapes import Asked, Document, Found
from domain.occasions.tables import EventCalendar, Occasion

FORGOTTEN_AFTER = timedelta(days=400)
MOST_NAMED = 100
"""How many ids of a kind an event names; it counts all."""


async def claim_readings(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, batch: int
) -> list[Asked]:
    """Calendars to read now, this worker's until the lease ends."""
    statement = (
        select(EventCalendar, Community.time_zone)
        .join(
            Community,
            (col(Community.workspace_id) == col(EventCalendar.workspace_id))
            & (col(Community.id) == col(EventCalendar.community_id)),
        )
        .where(
            col(EventCalendar.workspace_id) == caller.workspace_id,
            col(EventCalendar.act_at) <= now,
        )
        .order_by(col(EventCalendar.act_at))
        .limit(batch)
        .with_for_update(skip_locked=True, of=EventCalendar)
    )
    found = (await session.exec(statement)).all()
    for row, _ in found:
        row.act_at = now + lease
    return [_asked(row, time_zone, now=now, lease_end=now + lease) for row, time_zone in found]


def _asked(row: EventCalendar, time_zone: str, *, now: datetime, lease_end: datetime) -> Asked:
    """A calendar that was not looked into far enough, or by other zones, is asked for anew."""
    is_far = row.read_until is not None and row.read_until >= now + ENOUGH
    is_enough = is_far and row.read_by == _by(time_zone)
    etag, modified = (row.etag, row.modified) if is_enough else ("", "")
    return Asked(row.id, row.url, time_zone, etag, modified, lease_end)


def _by(time_zone: str) -> str:
    return f"{time_zone} {zone_rules()}"


async def record_reading(
    session: AsyncSession, caller: Caller, asked: Asked, document: Document | None, *, now: datetime
) -> None:
    """Takes over what a calendar tells; None: it is as it was."""
    row = await _held(session, caller, asked)
    if row is None:
        return
    if document is not None:
        await _take_over(session, caller, row, asked.time_zone, document.found, now=now)
        row.etag, row.modified = document.etag, document.modified
        row.read_until, row.read_by = now + AHEAD, _by(asked.time_zone)
    if row.problem is not None:
        about = ("event_calendar", row.id)
        record(session, caller, "event_calendar.recovered", about, now=now)
    row.problem, row.failures, row.read_at = None, 0, now
    _come_back(session, row, now + READ_EVERY)


async def record_reading_trouble(
    session: AsyncSession, caller: Caller, asked: Asked, error: NetworkError, *, now: datetime
) -> None:
    """Says what is wrong and when it is tried again; what was told before stays."""
    row = await _held(session, caller, asked)
    if row is None:
        return
    row.failures += 1
    before = row.problem or {}
    if before.get("code") != error.code:
        row.problem = {
            "code": error.code,
            "message": error.message,
            "said": error.said,
            "since": now.isoformat(),
        }
        data = {"code": error.code, "message": error.message}
        about = ("event_calendar", row.id)
        record(session, caller, "event_calendar.troubled", about, now=now, data=data)
    until = error.until if isinstance(error, RateLimited) else None
    _come_back(session, row, max(next_try(row.failures, now=now), until or now))


async def _held(session: AsyncSession, caller: Caller, asked: Asked) -> EventCalendar | None:
    """The row, locked, while it is still this worker's and at the address it was asked for."""
    statement = visible(caller).where(
        col(EventCalendar.id) == asked.id,
        col(EventCalendar.act_at) == asked.lease_end,
        col(EventCalendar.url) == asked.url,
    )
    return (await session.exec(statement.with_for_update())).one_or_none()


def _come_back(session: AsyncSession, row: EventCalendar, at: datetime) -> None:
    row.act_at = at
    due_at(session, row.workspace_id, row.id, at)


async def _take_over(
    session: AsyncSession,
    caller: Caller,
    calendar: EventCalendar,
    time_zone: str,
    found: Sequence[Found],
    *,
    now: datetime,
) -> None:
    """Makes its occasions what was found: UID and RECURRENCE-ID say which is which."""
    statement = visible_occasions(caller).where(col(Occasion.event_calendar_id) == calendar.id)
    rows = (await session.exec(statement.with_for_update())).all()
    known = {(row.uid, row.recurrence): row for row in rows}
    added, changed = [], []
    for each in found:
        row = known.pop((each.uid, each.recurrence), None)
        if row is None:
            row = _new(calendar, each, now)
            session.add(row)
            added.append(row)
        elif apply(row, _values(each), now=now):
            changed.append(row)
        else:
            continue
        propose(row, calendar, time_zone, now=now)
    near = [row.act_at for row in (*added, *changed) if row.act_at is not None]
    if near:
        due_at(session, caller.workspace_id, calendar.id, min(near))
    gone = [row for row in known.values() if row.starts_at >= now - BACK]
    old = [row for row in known.values() if row.starts_at < now - FORGOTTEN_AFTER]
    await _delete(session, caller, (row.id for row in (*gone, *old)))
    _tell(session, caller, calendar, {"added": added, "changed": changed, "removed": gone}, now)


async def _delete(session: AsyncSession, caller: Caller, ids: Iterable[UUID]) -> None:
    await session.exec(
        delete(Occasion).where(
            col(Occasion.workspace_id) == caller.workspace_id, col(Occasion.id).in_(list(ids))
        )
    )


def _tell(
    session: AsyncSession,
    caller: Caller,
    calendar: EventCalendar,
    rows: dict[str, list[Occasion]],
    now: datetime,
) -> None:
    """One event for a whole reading, and none where nothing was new."""
    if not any(rows.values()):
        return
    data: dict[str, Any] = {"counts": {name: len(each) for name, each in rows.items()}}
    for name, each in rows.items():
        data[name] = [show("occ", row.id) for row in each[:MOST_NAMED]]
    about = ("event_calendar", calendar.id)
    record(session, caller, "event_calendar.read", about, now=now, data=data)


def _new(calendar: EventCalendar, found: Found, now: datetime) -> Occasion:
    return Occasion(
        workspace_id=calendar.workspace_id,
        id=new_id(),
        community_id=calendar.community_id,
        event_calendar_id=calendar.id,
        uid=found.uid,
        recurrence=found.recurrence,
        created_at=now,
        updated_at=now,
        **_values(found),
    )


def _values(found: Found) -> dict[str, Any]:
    names = Found.__dataclass_fields__.keys() - {"uid", "recurrence"}
    return {name: getattr(found, name) for name in names}
