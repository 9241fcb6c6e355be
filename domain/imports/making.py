"""Works through imports, a batch a transaction: its posts, results and counts stand together.

A kill loses at most the batch that was under way; a row becomes the post of its own id, once.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.queries import find_calendar
from domain.events.service import record
from domain.ideas.tables import IdeaPost
from domain.imports.lines import Refused, as_columns, command_of, names_of, read_line
from domain.imports.queries import visible, visible_rows
from domain.imports.rules import ImportState, RowResult
from domain.imports.shapes import ImportLine
from domain.imports.tables import Import, ImportRow
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import driver_of
from domain.kernel.errors import Fault
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.posts.arriving import lock_posts
from domain.posts.batches import posts_by_id
from domain.posts.bulk import Judge, create_posts, remove_untouched
from domain.posts.command_shapes import CreatePost
from domain.sources.tables import Source

BATCH = 500
"""Rows of one transaction: about a second."""
SCOPES = frozenset({Scope.POSTS_READ, Scope.POSTS_WRITE})
CHANGED = "It was changed, approved, held or linked to an idea or a source since, or went out."


async def claim_imports(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, batch: int
) -> list[tuple[UUID, Caller]]:
    """Those to go on with, this worker's until the lease ends; and for whom."""
    statement = (
        visible(caller)
        .where(col(Import.act_at) <= now)
        .order_by(col(Import.act_at))
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        row.act_at = now + lease
    return [(row.id, _sender(row)) for row in rows]


def _sender(row: Import) -> Caller:
    communities = None if row.communities is None else frozenset(row.communities)
    return Caller(row.workspace_id, row.actor, SCOPES, communities=communities)


async def go_on(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> None:
    """One batch of an import, for who sent it; then it is due again, or over."""
    statement = visible(caller).where(col(Import.id) == id_).with_for_update()
    row = (await session.exec(statement)).one_or_none()
    if row is None or row.act_at is None:
        return
    is_undone = row.state == ImportState.UNDOING
    wanted = RowResult.MADE if is_undone else RowResult.WAITING
    found = await _next(session, caller, row, wanted)
    if is_undone:
        await _undo(session, caller, row, found, now=now)
    else:
        await _make(session, caller, row, found, now=now)
    is_over = len(found) < BATCH
    _settle(row, is_over=is_over, now=now)
    if is_over:
        record(session, caller, f"import.{row.state}", ("import", id_), now=now, data=_counts(row))
    else:
        due_at(session, caller.workspace_id, id_, now)


def _settle(row: Import, *, is_over: bool, now: datetime) -> None:
    if row.state == ImportState.UNDOING:
        row.state = ImportState.UNDONE if is_over else ImportState.UNDOING
    else:
        row.state = ImportState.DONE if is_over else ImportState.WORKING
    row.act_at = None if is_over else now
    row.version, row.updated_at = row.version + 1, now


async def _next(
    session: AsyncSession, caller: Caller, row: Import, result: RowResult
) -> Sequence[ImportRow]:
    statement = visible_rows(caller, row.id).where(col(ImportRow.result) == result)
    return (await session.exec(statement.order_by(col(ImportRow.number)).limit(BATCH))).all()


async def _make(
    session: AsyncSession, caller: Caller, row: Import, rows: Sequence[ImportRow], *, now: datetime
) -> None:
    calendar = await find_calendar(session, caller, row.calendar_id)
    lines = _read(rows)
    names = await names_of(session, caller, calendar, list(lines.values()))
    judge = Judge(session, caller, calendar, now=now)
    commands: dict[UUID, CreatePost] = {}
    for each in rows:
        if each.id in lines:
            try:
                command = command_of(lines[each.id], names)
                faults = as_columns(await judge.faults(command), lines[each.id], command)
            except Refused as error:
                faults = error.faults
            if faults:
                _refuse(each, faults)
            else:
                commands[each.id] = command
                each.result = RowResult.WOULD_MAKE if row.is_dry_run else RowResult.MADE
    if not row.is_dry_run:
        await create_posts(session, caller, calendar, commands, now=now)
    row.done += len(rows)
    row.made += len(commands)
    row.refused += len(rows) - len(commands)
    made = [] if row.is_dry_run else [show("post", id_) for id_ in commands]
    _tell(session, caller, row, made, now=now)


def _read(rows: Sequence[ImportRow]) -> dict[UUID, ImportLine]:
    """The lines that can be read; the rest is refused."""
    found = {}
    for row in rows:
        try:
            found[row.id] = read_line(row.content)
        except Refused as error:
            _refuse(row, error.faults)
    return found


def _refuse(row: ImportRow, faults: Sequence[Fault]) -> None:
    row.result, row.faults = RowResult.REFUSED, [asdict(each) for each in faults]


async def _undo(
    session: AsyncSession, caller: Caller, row: Import, rows: Sequence[ImportRow], *, now: datetime
) -> None:
    """What somebody removed is gone all the same."""
    ids = [each.id for each in rows]
    held_on_to = await _held_on_to(session, caller, ids)
    loose = [id_ for id_ in ids if id_ not in held_on_to]
    await remove_untouched(session, caller, loose, now=now)
    there = await posts_by_id(session, caller, ids)
    for each in rows:
        if each.id in there:
            fault = Fault("", "import.post_changed", CHANGED)
            each.result, each.faults = RowResult.KEPT, [asdict(fault)]
        else:
            each.result = RowResult.REMOVED
    row.kept += len(there)
    row.removed += len(rows) - len(there)
    gone = [show("post", id_) for id_ in ids if id_ not in there]
    _tell(session, caller, row, gone, now=now)


async def _held_on_to(session: AsyncSession, caller: Caller, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these posts people linked to an idea or a source; locked, none is linked later."""
    await lock_posts(await driver_of(session), caller, ids)
    of_ideas = select(IdeaPost.id).where(
        col(IdeaPost.workspace_id) == caller.workspace_id, col(IdeaPost.id).in_(ids)
    )
    of_sources = select(Source.post_id).where(
        col(Source.workspace_id) == caller.workspace_id, col(Source.post_id).in_(ids)
    )
    return {*await session.exec(of_ideas), *await session.exec(of_sources)}


def _tell(
    session: AsyncSession, caller: Caller, row: Import, posts: list[str], *, now: datetime
) -> None:
    """One event for a batch: which posts it made, or removed."""
    data = {**_counts(row), "posts": posts}
    record(session, caller, "import.went_on", ("import", row.id), now=now, data=data)


def _counts(row: Import) -> dict[str, int]:
    names = ("total", "done", "made", "refused", "removed", "kept")
    return {name: getattr(row, name) for name in names}
