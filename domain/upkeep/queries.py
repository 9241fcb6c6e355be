"""Reads of upkeep and of updates, each update with its copies and how far they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import among
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.posts.queries import visible as visible_posts
from domain.posts.rules import DeliveryState
from domain.posts.tables import Delivery, Post
from domain.upkeep.rules import CopyState, UpdateReason, UpdateState, UpdateWay, copy_state
from domain.upkeep.shapes import UpkeepView
from domain.upkeep.tables import Update, UpdateCopy, Upkeep
from domain.upkeep.update_shapes import UpdateCopyView, UpdateView

NEWEST_FIRST = Sort("-updates.id", (col(Update.id),), (UUID,))
States = Mapping[UUID, DeliveryState]


@dataclass(frozen=True, slots=True)
class UpdateFilter:
    """Every filter that is set must hold; a list holds when one of its members does."""

    states: Sequence[UpdateState] = ()
    reasons: Sequence[UpdateReason] = ()
    community_ids: Sequence[UUID] = ()
    post_ids: Sequence[UUID] = ()


def visible(caller: Caller) -> SelectOfScalar[Update]:
    return select(Update).where(col(Update.workspace_id) == caller.workspace_id)


def visible_copies(caller: Caller) -> SelectOfScalar[UpdateCopy]:
    return select(UpdateCopy).where(col(UpdateCopy.workspace_id) == caller.workspace_id)


def visible_upkeeps(caller: Caller) -> SelectOfScalar[Upkeep]:
    return select(Upkeep).where(col(Upkeep.workspace_id) == caller.workspace_id)


async def get_upkeep(session: AsyncSession, caller: Caller, id_: UUID) -> UpkeepView:
    """Of a post. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    post = await find(session, visible_posts(caller).where(col(Post.id) == id_), what="post")
    return upkeep_view((await _upkeeps(session, caller, [id_])).get(id_) or new_upkeep(post))


async def upkeeps_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, UpkeepView]:
    """Of the posts for which something was set or found."""
    caller.need(Scope.POSTS_READ)
    found = await _upkeeps(session, caller, ids)
    return {id_: upkeep_view(row) for id_, row in found.items()}


async def _upkeeps(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, Upkeep]:
    rows = (await session.exec(visible_upkeeps(caller).where(col(Upkeep.id).in_(ids)))).all()
    return {row.id: row for row in rows}


def new_upkeep(post: Post) -> Upkeep:
    """What holds for a post of which nothing was set: not stored."""
    return Upkeep(
        workspace_id=post.workspace_id,
        id=post.id,
        community_id=post.community_id,
        time_zone=post.time_zone,
        created_at=post.created_at,
        updated_at=post.created_at,
    )


def upkeep_view(row: Upkeep) -> UpkeepView:
    kept = {name: getattr(row, name) for name in UpkeepView.model_fields if name != "post_id"}
    return UpkeepView(post_id=row.id, **kept)


async def get_update(session: AsyncSession, caller: Caller, id_: UUID) -> UpdateView:
    caller.need(Scope.POSTS_READ)
    row = await find(session, visible(caller).where(col(Update.id) == id_), what="update")
    return await update_view(session, caller, row)


async def list_updates(
    session: AsyncSession, caller: Caller, request: PageRequest, *, where: UpdateFilter
) -> Page[UpdateView]:
    """The newest first."""
    caller.need(Scope.POSTS_READ)
    statement = visible(caller).where(
        among(Update.state, where.states),
        among(Update.reason, where.reasons),
        among(Update.community_id, where.community_ids),
        among(Update.post_id, where.post_ids),
    )
    views = partial(_views, session, caller)
    return await NEWEST_FIRST.page_together(session, statement, request, views=views)


async def updates_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, UpdateView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Update.id).in_(ids)))).all()
    return {view.id: view for view in await _views(session, caller, rows)}


async def update_view(session: AsyncSession, caller: Caller, row: Update) -> UpdateView:
    """As it is now, also for who has just changed it and may not read it."""
    await session.flush()
    return (await _views(session, caller, [row]))[0]


async def copies_of(
    session: AsyncSession, caller: Caller, ids: Iterable[UUID]
) -> dict[UUID, list[UpdateCopy]]:
    """By update, in the order in which they came out."""
    found: dict[UUID, list[UpdateCopy]] = {id_: [] for id_ in ids}
    statement = visible_copies(caller).where(col(UpdateCopy.update_id).in_(found))
    for row in (await session.exec(statement.order_by(col(UpdateCopy.delivery_id)))).all():
        found[row.update_id].append(row)
    return found


async def states_of(session: AsyncSession, caller: Caller, copies: Iterable[UpdateCopy]) -> States:
    """How far the deliveries are that carry copies out."""
    ids = {id_ for copy in copies for id_ in (copy.act_id, copy.undo_id) if id_ is not None}
    if not ids:
        return {}
    statement = select(Delivery.id, Delivery.state).where(
        col(Delivery.workspace_id) == caller.workspace_id, col(Delivery.id).in_(ids)
    )
    return {id_: DeliveryState(state) for id_, state in (await session.exec(statement)).all()}


async def is_proposed(
    session: AsyncSession, caller: Caller, post_id: UUID, reason: UpdateReason
) -> bool:
    """Whether an update of a post waits for this reason."""
    await session.flush()
    statement = visible(caller).where(
        col(Update.post_id) == post_id,
        col(Update.reason) == reason,
        col(Update.state) == UpdateState.PROPOSED,
    )
    return (await session.exec(statement.limit(1))).first() is not None


def shown_state(row: Update, copy: UpdateCopy, states: States) -> CopyState:
    act = states.get(copy.act_id) if copy.act_id else None
    undo = states.get(copy.undo_id) if copy.undo_id else None
    return copy_state(UpdateState(row.state), UpdateWay(copy.way), act, undo)


async def _views(session: AsyncSession, caller: Caller, rows: Sequence[Update]) -> list[UpdateView]:
    """Two statements, however many updates."""
    copies = await copies_of(session, caller, (row.id for row in rows))
    states = await states_of(session, caller, (copy for each in copies.values() for copy in each))
    return [
        UpdateView(
            **{name: getattr(row, name) for name in UpdateView.model_fields if name != "copies"},
            copies=[_copy_view(row, copy, states) for copy in copies[row.id]],
        )
        for row in rows
    ]


def _copy_view(row: Update, copy: UpdateCopy, states: States) -> UpdateCopyView:
    hidden = {"state", "carried_out_by"}
    kept = {name: getattr(copy, name) for name in UpdateCopyView.model_fields if name not in hidden}
    return UpdateCopyView(
        **kept,
        state=shown_state(row, copy, states),
        carried_out_by=[id_ for id_ in (copy.act_id, copy.undo_id) if id_ is not None],
    )
