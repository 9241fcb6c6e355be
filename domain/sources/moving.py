"""Pages that moved for good are watched at their new address once people say so."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AlreadyExists, NotAllowedNow
from domain.sources.queries import source_views, visible
from domain.sources.service import keep_pace, locked, page_at
from domain.sources.shapes import AcceptMove, SourceView
from domain.sources.tables import Source, WatchedPage
from domain.sources.watching import tell


async def accept_move(
    session: AsyncSession, caller: Caller, id_: UUID, command: AcceptMove, *, now: datetime
) -> SourceView:
    """Whatever rests on the page rests on its new address from now on; what it said stays known.

    Accepted twice is no error. Raises `NotAllowedNow` where the page is not said to be there, and
    `AlreadyExists` where the post rests on that address too.
    """
    caller.need(Scope.POSTS_WRITE)
    page, row = await locked(session, caller, id_, None)
    if page.url != command.url:
        if page.moved_to != command.url:
            raise NotAllowedNow("The page is not said to have moved there.")
        there = await page_at(session, caller, command.url, page.entry, page.every_hours, now)
        moving = await _moving(session, caller, page, there)
        if row not in moving:
            message = "The post rests on that address too: remove this source."
            raise AlreadyExists(message, at="/url")
        _hand_over(page, there)
        for each in moving:
            each.page_id = there.id
            each.version, each.updated_at = each.version + 1, now
            data: dict[str, JsonValue] = {"previous": {"url": page.url}}
            tell(session, caller, each, there, "source.move_accepted", data, now)
        await session.flush()
        await keep_pace(session, caller, page)
        await keep_pace(session, caller, there)
    return (await source_views(session, caller, [row]))[0]


async def _moving(
    session: AsyncSession, caller: Caller, page: WatchedPage, there: WatchedPage
) -> Sequence[Source]:
    """All that rests on a page, but for posts that rest on the other one already."""
    settled = select(Source.post_id).where(
        col(Source.workspace_id) == caller.workspace_id, col(Source.page_id) == there.id
    )
    statement = visible(caller).where(
        col(Source.page_id) == page.id, col(Source.post_id).not_in(settled)
    )
    rows = await session.exec(statement.order_by(col(Source.post_id)).with_for_update())
    return rows.all()


def _hand_over(page: WatchedPage, there: WatchedPage) -> None:
    """A change between the last reading here and the first one there is told too."""
    if there.read_at is None:
        for name in ("fingerprint", "text", "difference", "read_at"):
            setattr(there, name, getattr(page, name))
