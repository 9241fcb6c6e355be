"""Tells posts that a page they rest on has changed: one post, one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import NotFound
from domain.kernel.ids import show
from domain.sources.queries import visible, visible_pages
from domain.sources.tables import Source, WatchedPage
from domain.sources.watching import tell
from domain.upkeep.keeping import locked_upkeep, note_stale, plan
from domain.upkeep.proposing import propose
from domain.upkeep.rules import UpdateReason

CHANGED = UpdateReason.SOURCE_CHANGED


async def sources_due(
    session: AsyncSession, caller: Caller, *, now: datetime, most: int
) -> Sequence[UUID]:
    statement = select(Source.id).where(
        col(Source.workspace_id) == caller.workspace_id, col(Source.tell_at) <= now
    )
    return (await session.exec(statement.order_by(col(Source.tell_at)).limit(most))).all()


async def tell_change(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> None:
    """Proposes an update of what is public; what is not out yet is only told of.

    Nothing where another worker was first, or it is gone.
    """
    mine = visible(caller).where(col(Source.id) == id_)
    found = (await session.exec(mine)).one_or_none()
    if found is None:
        return
    try:
        post, upkeep = await locked_upkeep(session, caller, found.post_id)
    except NotFound:
        return
    again = mine.with_for_update().execution_options(populate_existing=True)
    source = (await session.exec(again)).one_or_none()
    if source is None or source.tell_at is None or source.tell_at > now:
        return
    pages = visible_pages(caller).where(col(WatchedPage.id) == source.page_id)
    page = (await session.exec(pages)).one()
    source.tell_at = None
    update = await propose(
        session, caller, post, CHANGED, source_id=id_, difference=page.difference, now=now
    )
    if update is not None:
        note_stale(post, upkeep, [*upkeep.stale_for, CHANGED])
        upkeep.version, upkeep.updated_at = upkeep.version + 1, now
        plan(session, post, upkeep)
    data = {"update": show("upd", update.id) if update is not None else None}
    tell(session, caller, source, page, "source.changed", data, now)
