"""Lists of posts, and how the approval of each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, literal_column, not_
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts.queries import ids_of
from domain.kernel.caller import Caller, Scope
from domain.kernel.narrowing import among, labelled, within
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.kernel.words import Word
from domain.posts.missing import approvals_of
from domain.posts.rules import PostState
from domain.posts.searching import says
from domain.posts.shapes import ApprovalView, PostSummary, PostView
from domain.posts.tables import Post, Variant


class PostSort(Word):
    """The order of posts."""

    PUBLISH = "publish_at", "Planned posts, the soonest first."
    PUBLISH_DOWN = "-publish_at", "Planned posts, the latest first."
    CREATED = "created_at", "The oldest first."
    CREATED_DOWN = "-created_at", "The newest first."
    UPDATED = "updated_at", "The one changed longest ago first."
    UPDATED_DOWN = "-updated_at", "The one changed last first."


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Every filter that is set must hold; a list holds when one of its members does."""

    states: Sequence[PostState] = ()
    community_ids: Sequence[UUID] = ()
    calendar_ids: Sequence[UUID] = ()
    pillar_ids: Sequence[UUID] = ()
    campaign_ids: Sequence[UUID] = ()
    account_ids: Sequence[UUID] = ()
    networks: Sequence[str] = ()
    labels: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    recurrence_ids: Sequence[UUID] = ()
    is_stale: bool | None = None
    words: str | None = None


STALE = literal_column("posts.stale_for <> '{}'", Boolean)
"""Written out, so that its index is found."""
SHOWS_MEDIA = text("SELECT parvis_shows_media(:id)")


def visible(caller: Caller) -> SelectOfScalar[Post]:
    return select(Post).where(col(Post.workspace_id) == caller.workspace_id)


async def list_posts(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    where: PostFilter,
    sort: PostSort = PostSort.CREATED_DOWN,
) -> Page[PostView]:
    """A list by `publish_at` holds planned posts only."""
    caller.need(Scope.POSTS_READ)
    moment = col(getattr(Post, sort.removeprefix("-")))
    statement = (await chosen(session, caller, where)).where(moment.is_not(None))
    if where.words is not None:
        statement = statement.where(await says(session, where.words))
    order = Sort(sort, (moment, col(Post.id)), (datetime, UUID))
    return await order.page(session, statement, request, view=PostView.model_validate)


async def list_summaries(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    where: PostFilter,
    sort: PostSort = PostSort.CREATED_DOWN,
) -> Page[PostSummary]:
    """As `list_posts`, each with how its approval stands."""
    found = await list_posts(session, caller, request, where=where, sort=sort)
    approvals = await approvals_by_post(session, caller, [each.id for each in found.data])
    data = [PostSummary(**dict(each), approval=approvals[each.id]) for each in found.data]
    return Page(data=data, page=found.page)


async def approvals_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, ApprovalView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Post.id).in_(ids)))).all()
    return await approvals_of(session, caller, rows)


async def chosen(session: AsyncSession, caller: Caller, where: PostFilter) -> SelectOfScalar[Post]:
    statement = visible(caller).where(
        among(Post.state, where.states),
        among(Post.community_id, where.community_ids),
        among(Post.calendar_id, where.calendar_ids),
        among(Post.pillar_id, where.pillar_ids),
        among(Post.campaign_id, where.campaign_ids),
        among(Post.recurrence_id, where.recurrence_ids),
        labelled(Post.labels, where.labels),
        *within(Post.publish_at, where.since, where.until),
    )
    if where.account_ids:
        statement = statement.where(_is_said_by(where.account_ids))
    if where.networks:
        theirs = await ids_of(session, caller, networks=where.networks)
        statement = statement.where(_is_said_by(theirs))
    if where.is_stale is not None:
        statement = statement.where(STALE if where.is_stale else not_(STALE))
    return statement


def _is_said_by(account_ids: Sequence[UUID]) -> ColumnElement[bool]:
    said = select(col(Variant.post_id)).where(
        col(Variant.workspace_id) == col(Post.workspace_id),
        col(Variant.account_id).in_(account_ids),
    )
    return col(Post.id).in_(said)


async def uses_media(session: AsyncSession, media_id: UUID) -> bool:
    """Whether a post or a recurrence shows it, one that the caller may not see included."""
    return bool((await session.exec(SHOWS_MEDIA, params={"id": media_id})).scalar_one())  # type: ignore[call-overload]  # SQLModel types no text()
