"""Imports in the graph; their files travel by REST."""

from typing import Any

from api.graph.arguments import Arguments
from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive, fields_of
from api.graph.fields import asking
from api.graph.lists import listing, single
from api.graph.pages import Listed, Order, connection, page_request, paging
from api.graph.relations import One, edge
from domain.calendars import batches
from domain.calendars.shapes import CalendarView
from domain.imports import queries, service
from domain.imports.shapes import ImportRowView, ImportView

IMPORT = derive(
    ImportView,
    "Import",
    "A file of posts, and how far it is.",
    find=queries.imports_by_id,
)
ROW = derive(ImportRowView, "ImportRow", "One line of a file, and what came of it.")
ROWS = Arguments(queries.list_import_rows, {"results": "Only of which this came."})
IN_ORDER = Order(queries.IN_ORDER.name, ("number",))
calendar_by_import = One(ImportView, CalendarView, "calendar_id", batches.calendars_by_id)
edge(calendar_by_import, "calendar", "Its calendar. Needs `calendars:read`.")


async def _rows(source: ImportView, context: Context, given: dict[str, Any]) -> Listed:
    request = page_request(given["first"], given.get("after") or None)
    async with context.turn() as session:
        page = await queries.list_import_rows(
            session, context.caller, source.id, request, **ROWS.bound(given)
        )
    return Listed(page.data, IN_ORDER, page.page.has_more, request.cursor)


fields_of(IMPORT).append(
    asking(
        "rows",
        connection(ROW) | None,
        "Its rows, in the order of the file.",
        _rows,
        [*paging(50), *ROWS.listed],
    )
)
QUERIES = (
    single("import", IMPORT, queries.get_import, "One import. Needs `posts:read`.", prefix="imp"),
    listing(
        "imports",
        IMPORT,
        queries.list_imports,
        "The imports, newest first. Needs `posts:read`.",
        filters={"calendar_ids": "Only into these calendars."},
        order=Order(queries.NEWEST_FIRST.name, ("created_at", "id")),
    ),
)
MUTATIONS = (
    Mutation(
        "cancel_import",
        service.cancel_import,
        "Ends it; posts that are made stay, until it is undone. Needs `posts:write`.",
        prefix="imp",
        gives=IMPORT,
        shown="imported",
    ),
    Mutation(
        "undo_import",
        service.undo_import,
        "Removes the drafts that nobody has changed. Needs `posts:write`.",
        prefix="imp",
        gives=IMPORT,
        shown="imported",
    ),
)
