"""/v1/posts/export: posts as a file that imports again."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api.deps import CallerDep, NowDep
from api.posts.rest import FilterDep
from api.routes import CallerRoute
from api.state import state_of
from domain.imports.exporting import PAGE, export_page, heading_of, lines_of
from domain.imports.rules import FileKind
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import Database
from domain.posts.queries import PostFilter

router = APIRouter(prefix="/v1/posts", tags=["imports"], route_class=CallerRoute)
MEDIA_TYPES = {
    FileKind.JSONL: "application/x-ndjson",
    FileKind.CSV: "text/csv; charset=utf-8",
}


@router.get(
    "/export",
    summary="Export posts",
    response_class=StreamingResponse,
    responses={200: {"content": {each: {} for each in MEDIA_TYPES.values()}}},
)
async def export_posts(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    where: FilterDep,
    format_: Annotated[
        str,
        Query(
            alias="format",
            max_length=5,
            pattern="^(csv|jsonl)$",
            description="`csv` or `jsonl`: a row or a JSON object a line.",
        ),
    ] = "csv",
) -> StreamingResponse:
    """The oldest first, as a stream, in the columns of `POST /v1/imports`.

    In CSV a cell that a spreadsheet could take for a formula begins with an apostrophe, which an
    import takes away. Needs the scope `posts:read`.
    """
    caller.need(Scope.POSTS_READ)
    name, kind = f"posts-{now:%Y-%m-%d}.{format_}", FileKind(format_)
    found = pages(state_of(request).database, caller, where, kind)
    # What is refused is refused here: a stream that has begun can only break off.
    first = await anext(found, b"")
    return StreamingResponse(
        _whole(first, found),
        media_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def pages(
    database: Database, caller: Caller, where: PostFilter, kind: FileKind, *, most: int = PAGE
) -> AsyncGenerator[bytes]:
    """No transaction is open while the reader takes its time; the heading is on the first page."""
    after: str | None = None
    heading = heading_of(kind)
    while True:
        async with database.exporting(caller) as session:
            lines, after = await export_page(session, caller, where, after=after, most=most)
        if heading or lines:
            yield heading + lines_of(lines, kind)
        heading = b""
        if after is None:
            return


async def _whole(first: bytes, found: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with aclosing(found):
        yield first
        async for page in found:
            yield page
