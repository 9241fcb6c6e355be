"""Imports begin, are cancelled and are undone; workers do the rest."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.queries import find_calendar
from domain.events.service import record
from domain.imports.files import Raw
from domain.imports.queries import visible
from domain.imports.rules import ROWS_LAST, ImportState, may_move
from domain.imports.shapes import ImportView
from domain.imports.tables import Import, ImportRow
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find_for_change
from domain.kernel.database import driver_of
from domain.kernel.errors import NotAllowedNow
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at

AT_ONCE = 1000
KEEP = """
INSERT INTO import_rows (workspace_id, id, import_id, number, content, result, faults)
SELECT $1, r.id, $2, r.number, r.content::jsonb, 'waiting', '[]'
  FROM unnest($3::uuid[], $4::int[], $5::text[]) AS r (id, number, content)
"""


async def create_import(
    session: AsyncSession,
    caller: Caller,
    calendar_id: UUID,
    rows: Sequence[Raw],
    *,
    is_dry_run: bool,
    now: datetime,
) -> ImportView:
    """Keeps the rows; a worker makes the posts. Raises `NotFound`."""
    caller.need(Scope.POSTS_WRITE)
    calendar = await find_calendar(session, caller, calendar_id)
    communities = None if caller.communities is None else sorted(caller.communities)
    row = Import(
        workspace_id=caller.workspace_id,
        id=new_id(),
        community_id=calendar.community_id,
        calendar_id=calendar.id,
        actor=caller.actor,
        communities=communities,
        is_dry_run=is_dry_run,
        state=ImportState.WAITING,
        total=len(rows),
        act_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await _keep(session, row, rows)
    due_at(session, caller.workspace_id, row.id, now)
    data = {"calendar_id": show("cal", calendar.id), "total": row.total, "is_dry_run": is_dry_run}
    record(session, caller, "import.created", ("import", row.id), now=now, data=data)
    return ImportView.model_validate(row)


async def cancel_import(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> ImportView:
    """Rows that were not reached stay so; posts that are made stay. Raises `NotAllowedNow`."""
    row = await _move(session, caller, id_, ImportState.CANCELLED, now=now)
    row.act_at = None
    record(session, caller, "import.cancelled", ("import", id_), now=now)
    return ImportView.model_validate(row)


async def undo_import(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> ImportView:
    """A worker removes the drafts nobody has changed, while rows last. Raises `NotAllowedNow`."""
    row = await _move(session, caller, id_, ImportState.UNDOING, now=now, since=now - ROWS_LAST)
    if row.is_dry_run:
        raise NotAllowedNow("A dry run has made nothing.")
    row.act_at = now
    due_at(session, caller.workspace_id, id_, now)
    record(session, caller, "import.undo_asked", ("import", id_), now=now)
    return ImportView.model_validate(row)


async def _move(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    state: ImportState,
    *,
    now: datetime,
    since: datetime | None = None,
) -> Import:
    """Raises `NotAllowedNow`, also for what has rested since before a moment."""
    caller.need(Scope.POSTS_WRITE)
    statement = visible(caller).where(col(Import.id) == id_)
    row = await find_for_change(session, statement, what="import", expected_version=None)
    if not may_move(ImportState(row.state), state):
        raise NotAllowedNow(f"An import that is {row.state} cannot become {state}.")
    if since is not None and row.updated_at < since:
        raise NotAllowedNow(f"Its rows are kept for {ROWS_LAST.days} days.")
    row.state, row.version, row.updated_at = state, row.version + 1, now
    return row


async def forget_rows(session: AsyncSession, caller: Caller, *, before: datetime) -> None:
    """Deletes the rows of imports that have rested since before a moment; counts stay."""
    resting = select(Import.id).where(
        col(Import.workspace_id) == caller.workspace_id,
        col(Import.act_at).is_(None),
        col(Import.updated_at) < before,
    )
    statement = delete(ImportRow).where(
        col(ImportRow.workspace_id) == caller.workspace_id, col(ImportRow.import_id).in_(resting)
    )
    await session.exec(statement)


async def _keep(session: AsyncSession, row: Import, rows: Sequence[Raw]) -> None:
    driver = await driver_of(session)
    for start in range(0, len(rows), AT_ONCE):
        these = rows[start : start + AT_ONCE]
        await driver.execute(
            KEEP,
            row.workspace_id,
            row.id,
            [new_id() for _ in these],
            list(range(start + 1, start + 1 + len(these))),
            [msgspec.json.encode(each).decode() for each in these],
        )
