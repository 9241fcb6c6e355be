"""/v1/posts/export: posts as a file that imports again."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.attached import TOLD, FormatAsked, attached
from api.deps import CallerDep, NowDep
from api.posts.rest import FilterDep
from api.routes import CallerRoute
from api.state import state_of
from domain.imports.exporting import HEADING, PAGE, export_page, lines_of
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import Database
from domain.kernel.lines import FileFormat, heading
from domain.posts.queries import PostFilter

router = APIRouter(prefix="/v1/posts", tags=["imports"], route_class=CallerRoute)


@router.get(
    "/export",
    summary="Export posts",
    response_class=StreamingResponse,
    responses=TOLD,
)
async def export_posts(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    where: FilterDep,
    format_: FormatAsked = "csv",
) -> StreamingResponse:
    """The oldest first, as a stream, in the columns of `POST /v1/imports`.

    In CSV a cell that a spreadsheet could take for a formula begins with an apostrophe, which an
    import takes away. Needs the scope `posts:read`.
    """
    caller.need(Scope.POSTS_READ)
    chosen = FileFormat(format_)
    found = pages(state_of(request).database, caller, where, chosen)
    # What is refused is refused here: a stream that has begun can only break off.
    first = await anext(found, b"")
    return attached(_whole(first, found), "posts", chosen, now=now)


async def pages(
    database: Database, caller: Caller, where: PostFilter, format_: FileFormat, *, most: int = PAGE
) -> AsyncGenerator[bytes]:
    """No transaction is open while the reader takes its time; the heading is on the first page."""
    after: str | None = None
    before = heading(HEADING, format_)
    while True:
        async with database.exporting(caller) as session:
            lines, after = await export_page(session, caller, where, after=after, most=most)
        if before or lines:
            yield before + lines_of(lines, format_)
        before = b""
        if after is None:
            return


async def _whole(first: bytes, found: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with aclosing(found):
        yield first
        async for page in found:
            yield page
