"""/v1/imports: posts that come in by the file."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.imports.files import FileRoute, format_of
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.imports import queries, service
from domain.imports.files import read_file
from domain.imports.rules import RowResult
from domain.imports.shapes import ImportRowView, ImportView
from domain.kernel.ids import CalendarId, ImportId
from domain.kernel.shapes import Page

sent = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=FileRoute)
kept = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=TransactionRoute)
LONGEST = 10_000_000
FILE: dict[str, Any] = {"schema": {"type": "string", "minLength": 1, "maxLength": LONGEST}}
BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, up to 10,000 rows.",
        "content": {"text/csv": FILE, "application/x-ndjson": FILE},
    }
}


@kept.get("", summary="List imports")
async def list_imports(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    calendar_id: Annotated[
        list[CalendarId], Query(max_length=50, description="Only into these calendars.")
    ] = [],  # noqa: B006 - FastAPI copies it
) -> Page[ImportView]:
    """The newest first. Needs the scope `posts:read`."""
    found = await queries.list_imports(session, caller, page, calendar_ids=calendar_id)
    return linked(request, response, found)


@sent.post(
    "", status_code=HTTPStatus.ACCEPTED, summary="Import a file of posts", openapi_extra=BODY
)
async def create_import(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    calendar_id: Annotated[CalendarId, Query(description="The calendar its posts stand in.")],
    dry_run: Annotated[  # noqa: FBT002 - a query parameter
        bool, Query(description="Whether rows are judged only, and nothing is made.")
    ] = False,
) -> ImportView:
    """Each row becomes a draft; a worker makes them, and says of each row what came of it.

    CSV (UTF-8, a heading, cells parted by `,`, `;` or tabs) or JSON Lines, up to 10,000 rows.
    The columns: `title` in every row; `text`, `language`, `labels`, `link_url`, `media_ids`;
    `wall_time` (`2026-12-01T09:30:00`) and `time_zone`; `accounts`, each an id or
    `network:handle`; `campaign` and `pillar`, by id or name; `quote_of` and `first_comment`; and,
    as JSON, `poll`, `settings` by network, and `adaptations` and `variants`, for what is said
    otherwise to some readers and by some accounts. In CSV an empty cell is left out, and lists are
    parted by `;` or written as JSON. An apostrophe before `=`, `+`, `-`, `@`, a tab, an end of
    line or another apostrophe at the start of a cell is taken away: exports put it there, so that
    no spreadsheet takes a text for a formula. Columns that exports tell beside (`id`, `state`,
    `publish_at`, `published_at`) are passed over.

    Needs the scope `posts:write`.
    """
    rows = await asyncio.to_thread(read_file, await request.body(), format_of(request))
    view = await service.create_import(
        session, caller, calendar_id, rows, is_dry_run=dry_run, now=now
    )
    located(response, "/v1/imports", view)
    return tagged(response, view)


@kept.get("/{import_id}", summary="Read an import")
async def get_import(
    response: Response, session: SessionDep, caller: CallerDep, import_id: ImportId
) -> ImportView:
    """How far it is. Needs the scope `posts:read`."""
    view = await queries.get_import(session, caller, import_id)
    return tagged(response, view)


@kept.get("/{import_id}/rows", summary="List the rows of an import")
async def list_import_rows(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    import_id: ImportId,
    result: Annotated[
        list[RowResult], Query(max_length=10, description="Only of which this came.")
    ] = [],  # noqa: B006 - as above
) -> Page[ImportRowView]:
    """In the order of the file. Needs the scope `posts:read`."""
    found = await queries.list_import_rows(session, caller, import_id, page, results=result)
    return linked(request, response, found)


@kept.post("/{import_id}/cancel", summary="Cancel an import")
async def cancel_import(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, import_id: ImportId
) -> ImportView:
    """Rows that were not reached stay `waiting`; posts that are made stay, until it is undone.

    409 `state.not_allowed` once it is over. Needs the scope `posts:write`.
    """
    view = await service.cancel_import(session, caller, import_id, now=now)
    return tagged(response, view)


@kept.post("/{import_id}/undo", status_code=HTTPStatus.ACCEPTED, summary="Undo an import")
async def undo_import(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, import_id: ImportId
) -> ImportView:
    """A worker removes the drafts that nobody has changed; its rows tell which stay.

    409 `state.not_allowed` while it is under way, and for a dry run. Needs the scope
    `posts:write`.
    """
    view = await service.undo_import(session, caller, import_id, now=now)
    return tagged(response, view)


router = APIRouter()
for part in (kept, sent):
    router.include_router(part)
