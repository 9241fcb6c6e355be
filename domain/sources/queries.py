"""Reads of sources, each with what is known of its page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.sources.rules import excerpt, remedy_of
from domain.sources.shapes import SourceProblem, SourceState, SourceView
from domain.sources.tables import Source, WatchedPage

NEWEST_FIRST = Sort(
    "-sources.created_at", (col(Source.created_at), col(Source.id)), (datetime, UUID)
)


def visible(caller: Caller) -> SelectOfScalar[Source]:
    return select(Source).where(col(Source.workspace_id) == caller.workspace_id)


def visible_pages(caller: Caller) -> SelectOfScalar[WatchedPage]:
    return select(WatchedPage).where(col(WatchedPage.workspace_id) == caller.workspace_id)


async def get_source(session: AsyncSession, caller: Caller, id_: UUID) -> SourceView:
    caller.need(Scope.POSTS_READ)
    row = await find(session, visible(caller).where(col(Source.id) == id_), what="source")
    return (await source_views(session, caller, [row]))[0]


async def list_sources(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    post_ids: Sequence[UUID] = (),
    community_ids: Sequence[UUID] = (),
) -> Page[SourceView]:
    """The newest first."""
    caller.need(Scope.POSTS_READ)
    statement = visible(caller).where(
        among(Source.post_id, post_ids), among(Source.community_id, community_ids)
    )
    views = partial(source_views, session, caller)
    return await NEWEST_FIRST.page_together(session, statement, request, views=views)


async def sources_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, SourceView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Source.id).in_(ids)))).all()
    return {view.id: view for view in await source_views(session, caller, rows)}


async def source_views(
    session: AsyncSession, caller: Caller, rows: Iterable[Source]
) -> list[SourceView]:
    """One statement for the pages of all."""
    found = list(rows)
    statement = visible_pages(caller).where(col(WatchedPage.id).in_({row.page_id for row in found}))
    pages = {page.id: page for page in (await session.exec(statement)).all()}
    return [_view(row, pages[row.page_id]) for row in found]


def _view(row: Source, page: WatchedPage) -> SourceView:
    return SourceView(
        id=row.id,
        post_id=row.post_id,
        community_id=row.community_id,
        url=page.url,
        entry=page.entry or None,
        every_hours=row.every_hours,
        state=_state(page),
        excerpt=excerpt(page.text),
        changed_at=row.changed_at,
        difference=None if row.changed_at is None else page.difference,
        problem=None if page.problem is None else _problem(page.problem),
        moved_to=page.moved_to,
        read_at=page.read_at,
        next_read_at=page.act_at,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _problem(found: Mapping[str, Any]) -> SourceProblem:
    return SourceProblem(**found, remedy=remedy_of(found["code"]))


def _state(page: WatchedPage) -> SourceState:
    if page.problem is not None:
        return SourceState.TROUBLED
    return SourceState.WAITING if page.read_at is None else SourceState.WATCHED
