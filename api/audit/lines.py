"""The audit trail as a stream of lines: a page a transaction, memory flat."""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from domain.audit.export import PAGE, ExportFormat, export_page, heading_of, lines_of
from domain.audit.shapes import AuditFilter
from domain.kernel.caller import Caller
from domain.kernel.database import Database


class Lines(NamedTuple):
    """`last` is the number of the last entry in them."""

    text: bytes
    last: int


async def trail(
    database: Database,
    caller: Caller,
    where: AuditFilter,
    format_: ExportFormat,
    *,
    page: int = PAGE,
) -> AsyncGenerator[Lines]:
    """No transaction is open while the reader takes its time."""
    after = 0
    yield Lines(heading_of(format_), after)
    while True:
        async with database.exporting(caller) as session:
            rows = await export_page(session, caller, where, after=after, most=page)
        if rows:
            after = rows[-1].number
            yield Lines(lines_of(rows, format_), after)
        if len(rows) < page:
            return
