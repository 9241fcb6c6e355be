"""Reads of imports and of what came of their rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.imports.rules import RowResult
from domain.imports.shapes import ImportRowView, ImportView
from domain.imports.tables import Import, ImportRow
from domain.kernel.caller import Caller, Scope
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page

NEWEST_FIRST = Sort(
    "-imports.created_at", (col(Import.created_at), col(Import.id)), (datetime, UUID)
)
IN_ORDER = Sort("import_rows.number", (col(ImportRow.number),), (int,))
IS_THERE = {RowResult.MADE, RowResult.KEPT}


def visible(caller: Caller) -> SelectOfScalar[Import]:
    return select(Import).where(col(Import.workspace_id) == caller.workspace_id)


IMPORTS = Register(Import, "import", Scope.POSTS_READ, visible, ImportView.model_validate)
get_import, imports_by_id = IMPORTS.one, IMPORTS.many


def visible_rows(caller: Caller, import_id: UUID) -> SelectOfScalar[ImportRow]:
    return select(ImportRow).where(
        col(ImportRow.workspace_id) == caller.workspace_id, col(ImportRow.import_id) == import_id
    )


async def list_imports(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    calendar_ids: Sequence[UUID] = (),
) -> Page[ImportView]:
    """The newest first."""
    caller.need(Scope.POSTS_READ)
    statement = visible(caller).where(among(Import.calendar_id, calendar_ids))
    return await NEWEST_FIRST.page(session, statement, request, view=ImportView.model_validate)


async def list_import_rows(
    session: AsyncSession,
    caller: Caller,
    import_id: UUID,
    request: PageRequest,
    *,
    results: Sequence[RowResult] = (),
) -> Page[ImportRowView]:
    """In the order of the file. Raises `NotFound`."""
    await get_import(session, caller, import_id)
    statement = visible_rows(caller, import_id).where(among(ImportRow.result, results))
    return await IN_ORDER.page(session, statement, request, view=_row_view)


def _row_view(row: ImportRow) -> ImportRowView:
    return ImportRowView(
        number=row.number,
        result=RowResult(row.result),
        post_id=row.id if row.result in IS_THERE else None,
        faults=row.faults,
    )
