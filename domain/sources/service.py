"""Sources are named, read at once, and named no longer.

Whoever changes a page locks it before the posts that rest on it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert as insert_new
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    apply,
    find,
    find_for_change,
    insert,
    made_before,
    made_now,
)
from domain.kernel.errors import NotAllowedNow, NotFound
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.posts.finding import find_post
from domain.posts.queries import visible as visible_posts
from domain.posts.tables import Post
from domain.sources.queries import source_views, visible, visible_pages
from domain.sources.rules import READ_AGAIN
from domain.sources.shapes import ChangeSource, CreateSource, SourceView
from domain.sources.tables import Source, WatchedPage
from domain.upkeep.closing import end_unwatched

MOST_SOURCES = 20
"""Of one post."""


async def create_source(
    session: AsyncSession, caller: Caller, command: CreateSource, *, now: datetime
) -> SourceView:
    """A worker reads it at once. Raises `NotFound`, `AlreadyExists`, `NotAllowedNow` past 20."""
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, Source, command)
    if before is not None:
        return (await source_views(session, caller, [before]))[0]
    statement = visible_posts(caller).where(col(Post.id) == command.post_id)
    post = await find(session, statement, what="post")
    await _ensure_room(session, caller, post.id)
    entry, hours = command.entry or "", command.every_hours
    page = await page_at(session, caller, command.url, entry, hours, now)
    row = Source(
        **made_now(caller, command, now=now),
        community_id=post.community_id,
        post_id=post.id,
        page_id=page.id,
        every_hours=command.every_hours,
    )
    await insert(session, row, taken="The post rests on this already.", at="/url")
    await keep_pace(session, caller, page)
    data = {"post": show("post", post.id), "url": page.url}
    record(session, caller, "source.created", ("source", row.id), now=now, data=data)
    return (await source_views(session, caller, [row]))[0]


async def change_source(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeSource,
    *,
    expected_version: int | None,
    now: datetime,
) -> SourceView:
    caller.need(Scope.POSTS_WRITE)
    page, row = await locked(session, caller, id_, expected_version)
    previous = apply(row, command.sent(), now=now)
    if previous:
        await session.flush()
        await keep_pace(session, caller, page)
        about = ("source", id_)
        record_change(session, caller, "source.altered", about, row, previous, now=now)
    return (await source_views(session, caller, [row]))[0]


async def pull_source(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> SourceView:
    """Has it read at once; 10 s after it was read well at the soonest."""
    caller.need(Scope.POSTS_WRITE)
    page, row = await locked(session, caller, id_, None)
    soonest = now if page.read_at is None else max(now, page.read_at + READ_AGAIN)
    page.act_at = soonest if page.act_at is None else min(page.act_at, soonest)
    due_at(session, caller.workspace_id, page.id, page.act_at)
    return (await source_views(session, caller, [row]))[0]


async def remove_source(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """What it proposed is dismissed; a page on which nothing rests any more is forgotten."""
    caller.need(Scope.POSTS_WRITE)
    page, post_id = await _lock_page(session, caller, id_)
    post = await find_post(session, caller, post_id, None)
    row = await _lock_source(session, caller, id_, expected_version)
    data = {"post": show("post", post_id), "url": page.url}
    await end_unwatched(session, caller, post, id_, now=now)
    await session.delete(row)
    await session.flush()
    await keep_pace(session, caller, page)
    record(session, caller, "source.removed", ("source", id_), now=now, data=data)


async def locked(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> tuple[WatchedPage, Source]:
    """The page of a source, then the source. Raises `NotFound`."""
    page, _ = await _lock_page(session, caller, id_)
    return page, await _lock_source(session, caller, id_, expected_version)


async def _lock_page(session: AsyncSession, caller: Caller, id_: UUID) -> tuple[WatchedPage, UUID]:
    """The page of a source, and the id of its post."""
    found = select(Source.page_id, Source.post_id).where(
        col(Source.workspace_id) == caller.workspace_id, col(Source.id) == id_
    )
    page_id, post_id = (await session.exec(found)).one_or_none() or (None, None)
    pages = visible_pages(caller).where(col(WatchedPage.id) == page_id)
    page = (await session.exec(pages.with_for_update())).one_or_none()
    if page is None or post_id is None:
        raise NotFound("source", [id_])
    return page, post_id


async def _lock_source(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Source:
    statement = visible(caller).where(col(Source.id) == id_)
    return await find_for_change(
        session, statement, what="source", expected_version=expected_version
    )


async def _ensure_room(session: AsyncSession, caller: Caller, post_id: UUID) -> None:
    statement = visible(caller).where(col(Source.post_id) == post_id).limit(MOST_SOURCES)
    if len((await session.exec(statement)).all()) >= MOST_SOURCES:
        raise NotAllowedNow(f"A post rests on {MOST_SOURCES} sources at most.")


async def page_at(
    session: AsyncSession,
    caller: Caller,
    url: str,
    entry: str,
    every_hours: int,
    now: datetime,
) -> WatchedPage:
    """The house's one row of an address, locked, made where there is none."""
    made = insert_new(WatchedPage).values(
        workspace_id=caller.workspace_id,
        id=new_id(),
        url=url,
        entry=entry,
        every_hours=every_hours,
        act_at=now,
        etag="",
        modified="",
        text="",
        failures=0,
    )
    await session.exec(made.on_conflict_do_nothing())
    statement = visible_pages(caller).where(
        col(WatchedPage.url) == url, col(WatchedPage.entry) == entry
    )
    return (await session.exec(statement.with_for_update())).one()


async def keep_pace(session: AsyncSession, caller: Caller, page: WatchedPage) -> None:
    """Reads it as often as whoever rests on it asks for most; not at all for nobody."""
    least = select(func.min(Source.every_hours)).where(
        col(Source.workspace_id) == caller.workspace_id, col(Source.page_id) == page.id
    )
    hours = (await session.exec(least)).one()
    if hours is None:
        await session.delete(page)
        return
    page.every_hours = hours
    if page.read_at is not None and page.act_at is not None and page.problem is None:
        page.act_at = min(page.act_at, page.read_at + timedelta(hours=hours))
    if page.act_at is not None:
        due_at(session, caller.workspace_id, page.id, page.act_at)
