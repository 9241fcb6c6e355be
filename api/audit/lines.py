"""The audit trail as a stream of lines: a page a transaction, memory flat."""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from domain.audit.export import FIELDS, PAGE, export_page, lines_of
from domain.audit.shapes import AuditFilter
from domain.kernel.caller import Caller
from domain.kernel.database import Database
from domain.kernel.lines import FileFormat, heading


class Lines(NamedTuple):
    """`last` is the number of the last entry in them."""

    text: bytes
    last: int


async def trail(
    database: Database,
    caller: Caller,
    where: AuditFilter,
    format_: FileFormat,
    *,
    page: int = PAGE,
) -> AsyncGenerator[Lines]:
    """No transaction is open while the reader takes its time."""
    after = 0
    yield Lines(heading(FIELDS, format_), after)
    while True:
        async with database.exporting(caller) as session:
            rows = await export_page(session, caller, where, after=after, most=page)
        if rows:
            after = rows[-1].number
            yield Lines(lines_of(rows, format_), after)
        if len(rows) < page:
            return
