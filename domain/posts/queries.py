"""Reads of posts, variants and deliveries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import any_, literal, or_
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.pages import PageRequest, Sort, make_cursor, page_of
from domain.kernel.shapes import Page
from domain.posts.adaptation_shapes import AdaptationView
from domain.posts.adapting import adaptations_of
from domain.posts.delivery_shapes import AttemptView, DeliveryView
from domain.posts.missing import approvals_of
from domain.posts.rules import DeliveryKind, DeliveryState, PostState
from domain.posts.shapes import ApprovalView, PostDetail, PostSummary, PostView, VariantView
from domain.posts.tables import Attempt, Delivery, Post, Variant


class PostSort(StrEnum):
    PUBLISH = "publish_at"
    PUBLISH_DOWN = "-publish_at"
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"
    UPDATED = "updated_at"
    UPDATED_DOWN = "-updated_at"


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Every filter that is set must hold; a list holds when one of its members does."""

    states: Sequence[PostState] = ()
    community_ids: Sequence[UUID] = ()
    calendar_ids: Sequence[UUID] = ()
    pillar_ids: Sequence[UUID] = ()
    campaign_ids: Sequence[UUID] = ()
    account_ids: Sequence[UUID] = ()
    labels: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    recurrence_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    states: Sequence[DeliveryState] = ()
    kinds: Sequence[DeliveryKind] = ()
    account_ids: Sequence[UUID] = ()
    post_ids: Sequence[UUID] = ()
    since: datetime | None = None
    until: datetime | None = None


SHOWS_MEDIA = text("SELECT parvis_shows_media(:id)")
AS_MADE = Sort("id", (col(Delivery.id),), (UUID,))
AS_TRIED = Sort("id", (col(Attempt.id),), (UUID,))
DELIVERIES_DOWN = Sort(
    "-created_at", (col(Delivery.created_at), col(Delivery.id)), (datetime, UUID)
)


def visible(caller: Caller) -> SelectOfScalar[Post]:
    return select(Post).where(col(Post.workspace_id) == caller.workspace_id)


def visible_deliveries(caller: Caller) -> SelectOfScalar[Delivery]:
    return select(Delivery).where(col(Delivery.workspace_id) == caller.workspace_id)


async def get_post(session: AsyncSession, caller: Caller, id_: UUID) -> PostDetail:
    caller.need(Scope.POSTS_READ)
    row = await find(session, visible(caller).where(col(Post.id) == id_), what="post")
    return await detail(session, caller, row)


async def detail(session: AsyncSession, caller: Caller, row: Post) -> PostDetail:
    """A post with all that belongs to it, for who may read it or has just changed it."""
    variants = (await _variants_of(session, caller, [row.id]))[row.id]
    deliveries = (await _deliveries_of(session, caller, [row.id]))[row.id]
    approval = (await approvals_of(session, caller, [row]))[row.id]
    adaptations = (await adaptations_of(session, caller, [row.id]))[row.id]
    return PostDetail(
        **_shown(PostView.model_validate(row)),
        approval=approval,
        adaptations=[AdaptationView.model_validate(each) for each in adaptations],
        variants=variants,
        deliveries=deliveries,
    )


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
    key = sort.removeprefix("-")
    moment = col(getattr(Post, key))
    statement = _filtered(visible(caller), where).where(moment.is_not(None))
    order = Sort(sort, (moment, col(Post.id)), (datetime, UUID))
    rows = (await session.exec(order.after(statement, request))).all()
    return page_of(
        rows,
        request,
        view=PostView.model_validate,
        cursor=lambda row: make_cursor(sort, getattr(row, key), row.id),
    )


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
    data = [PostSummary(**_shown(each), approval=approvals[each.id]) for each in found.data]
    return Page(data=data, page=found.page)


async def approvals_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, ApprovalView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Post.id).in_(ids)))).all()
    return await approvals_of(session, caller, rows)


def _shown(view: PostView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in PostView.model_fields}


def _filtered(statement: SelectOfScalar[Post], where: PostFilter) -> SelectOfScalar[Post]:
    for column, values in (
        (Post.state, where.states),
        (Post.community_id, where.community_ids),
        (Post.calendar_id, where.calendar_ids),
        (Post.pillar_id, where.pillar_ids),
        (Post.campaign_id, where.campaign_ids),
        (Post.recurrence_id, where.recurrence_ids),
    ):
        if values:
            statement = statement.where(col(column).in_(values))
    if where.account_ids:
        said = select(col(Variant.post_id)).where(
            col(Variant.workspace_id) == col(Post.workspace_id),
            col(Variant.account_id).in_(where.account_ids),
        )
        statement = statement.where(col(Post.id).in_(said))
    if where.labels:
        statement = statement.where(
            or_(*(literal(each) == any_(col(Post.labels)) for each in where.labels))
        )
    if where.since is not None:
        statement = statement.where(col(Post.publish_at) >= where.since)
    if where.until is not None:
        statement = statement.where(col(Post.publish_at) < where.until)
    return statement


async def posts_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, PostView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Post.id).in_(ids)))).all()
    return {row.id: PostView.model_validate(row) for row in rows}


async def variants_by_post(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, list[VariantView]]:
    caller.need(Scope.POSTS_READ)
    return await _variants_of(session, caller, post_ids)


async def _variants_of(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, list[VariantView]]:
    statement = select(Variant).where(
        col(Variant.workspace_id) == caller.workspace_id, col(Variant.post_id).in_(post_ids)
    )
    found: dict[UUID, list[VariantView]] = {id_: [] for id_ in post_ids}
    for row in (await session.exec(statement.order_by(col(Variant.id)))).all():
        found[row.post_id].append(VariantView.model_validate(row))
    return found


async def deliveries_by_post(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, list[DeliveryView]]:
    caller.need(Scope.POSTS_READ)
    return await _deliveries_of(session, caller, post_ids)


async def _deliveries_of(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, list[DeliveryView]]:
    statement = visible_deliveries(caller).where(col(Delivery.post_id).in_(post_ids))
    found: dict[UUID, list[DeliveryView]] = {id_: [] for id_ in post_ids}
    for row in (await session.exec(statement.order_by(col(Delivery.id)))).all():
        if row.post_id is not None:
            found[row.post_id].append(delivery_view(row))
    return found


async def get_delivery(session: AsyncSession, caller: Caller, id_: UUID) -> DeliveryView:
    caller.need(Scope.POSTS_READ)
    statement = visible_deliveries(caller).where(col(Delivery.id) == id_)
    return delivery_view(await find(session, statement, what="delivery"))


async def deliveries_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, DeliveryView]:
    caller.need(Scope.POSTS_READ)
    statement = visible_deliveries(caller).where(col(Delivery.id).in_(ids))
    return {row.id: delivery_view(row) for row in (await session.exec(statement)).all()}


async def list_deliveries(
    session: AsyncSession, caller: Caller, request: PageRequest, *, where: DeliveryFilter
) -> Page[DeliveryView]:
    """Newest first."""
    caller.need(Scope.POSTS_READ)
    statement = visible_deliveries(caller)
    for column, values in (
        (Delivery.state, where.states),
        (Delivery.kind, where.kinds),
        (Delivery.account_id, where.account_ids),
        (Delivery.post_id, where.post_ids),
    ):
        if values:
            statement = statement.where(col(column).in_(values))
    if where.since is not None:
        statement = statement.where(col(Delivery.due_at) >= where.since)
    if where.until is not None:
        statement = statement.where(col(Delivery.due_at) < where.until)
    rows = (await session.exec(DELIVERIES_DOWN.after(statement, request))).all()
    return page_of(
        rows,
        request,
        view=delivery_view,
        cursor=lambda row: make_cursor(DELIVERIES_DOWN.name, row.created_at, row.id),
    )


async def list_deliveries_of(
    session: AsyncSession, caller: Caller, post_id: UUID, request: PageRequest
) -> Page[DeliveryView]:
    """Every delivery of a post, withdrawals too, first to last. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    await find(session, visible(caller).where(col(Post.id) == post_id), what="post")
    statement = visible_deliveries(caller).where(col(Delivery.post_id) == post_id)
    rows = (await session.exec(AS_MADE.after(statement, request))).all()
    return page_of(
        rows,
        request,
        view=delivery_view,
        cursor=lambda row: make_cursor(AS_MADE.name, row.id),
    )


async def list_attempts(
    session: AsyncSession, caller: Caller, delivery_id: UUID, request: PageRequest
) -> Page[AttemptView]:
    """Every attempt and look-up, first to last. Raises `NotFound`."""
    await get_delivery(session, caller, delivery_id)
    statement = select(Attempt).where(
        col(Attempt.workspace_id) == caller.workspace_id, col(Attempt.delivery_id) == delivery_id
    )
    rows = (await session.exec(AS_TRIED.after(statement, request))).all()
    return page_of(
        rows,
        request,
        view=AttemptView.model_validate,
        cursor=lambda row: make_cursor(AS_TRIED.name, row.id),
    )


async def posts_by_remote(
    session: AsyncSession, caller: Caller, account_id: UUID, remote_ids: Iterable[str]
) -> dict[str, tuple[UUID, str]]:
    """Our post and its title behind each remote id of an account's published messages."""
    wanted = list(remote_ids)
    if not wanted:
        return {}
    statement = (
        select(Delivery.remote_id, Post.id, Post.title)
        .join(
            Post,
            (col(Post.workspace_id) == col(Delivery.workspace_id))
            & (col(Post.id) == col(Delivery.post_id)),
        )
        .where(
            col(Delivery.workspace_id) == caller.workspace_id,
            col(Delivery.account_id) == account_id,
            col(Delivery.remote_id).in_(wanted),
        )
    )
    rows = (await session.exec(statement)).all()
    return {remote_id: (id_, title) for remote_id, id_, title in rows if remote_id is not None}


async def uses_media(session: AsyncSession, media_id: UUID) -> bool:
    """Whether a post or a recurrence shows it, one that the caller may not see included."""
    return bool((await session.exec(SHOWS_MEDIA, params={"id": media_id})).scalar_one())  # type: ignore[call-overload]  # SQLModel types no text()


def delivery_view(row: Delivery) -> DeliveryView:
    shown = {name: getattr(row, name) for name in DeliveryView.model_fields}
    if row.problem is not None:
        shown["problem"] = {**row.problem, "next_at": row.act_at}
    return DeliveryView.model_validate(shown)
