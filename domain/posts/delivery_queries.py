"""Reads of deliveries and of their attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.accounts.queries import ids_of
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.narrowing import among, within
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.prepared import ANY_OF_IDS, ID, WORKSPACE, Prepared, of, of_one
from domain.kernel.shapes import Page
from domain.posts.delivery_shapes import AttemptView, DeliveryView
from domain.posts.queries import visible
from domain.posts.rules import DeliveryKind, DeliveryState
from domain.posts.tables import Attempt, Delivery, Post


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    states: Sequence[DeliveryState] = ()
    kinds: Sequence[DeliveryKind] = ()
    account_ids: Sequence[UUID] = ()
    post_ids: Sequence[UUID] = ()
    since: datetime | None = None
    until: datetime | None = None
    networks: Sequence[str] = ()
    community_ids: Sequence[UUID] = ()
    codes: Sequence[str] = ()
    """What went wrong last, and holds still."""
    has_drift: bool | None = None
    """Whether something else is shown than was sent, and nobody has accepted it."""


_NAMED = frozenset({"next_check_at", "content_drift"})
"""What a view calls by another name."""
_SHOWN = [name for name in DeliveryView.model_fields if name not in _NAMED]
_SHOWN += ["act_at", "read_back_at", "drift"]
SHOWN = (
    select(*(getattr(Delivery, name) for name in _SHOWN))
    .where(col(Delivery.workspace_id) == WORKSPACE)
    .order_by(col(Delivery.id))
)
OF_POST = Prepared(SHOWN.where(col(Delivery.post_id) == ID))
OF_POSTS = Prepared(SHOWN.where(col(Delivery.post_id) == ANY_OF_IDS))
AS_MADE = Sort("deliveries.id", (col(Delivery.id),), (UUID,))
AS_TRIED = Sort("attempts.id", (col(Attempt.id),), (UUID,))
DELIVERIES_DOWN = Sort(
    "-deliveries.created_at", (col(Delivery.created_at), col(Delivery.id)), (datetime, UUID)
)


CODE = col(Delivery.problem)["code"].astext
DRIFTED = col(Delivery.drifted_at).is_not(None) & col(Delivery.drift_accepted_at).is_(None)


def visible_deliveries(caller: Caller) -> SelectOfScalar[Delivery]:
    return select(Delivery).where(col(Delivery.workspace_id) == caller.workspace_id)


async def deliveries_by_post(
    session: AsyncSession, caller: Caller, post_ids: Sequence[UUID]
) -> dict[UUID, list[DeliveryView]]:
    caller.need(Scope.POSTS_READ)
    found: dict[UUID, list[DeliveryView]] = {id_: [] for id_ in post_ids}
    for row in await OF_POSTS.rows(session, of(caller, post_ids)):
        found[row["post_id"]].append(_view(dict(row)))
    return found


async def deliveries_of_one(
    session: AsyncSession, caller: Caller, post_id: UUID
) -> list[DeliveryView]:
    """Those of a post, also for who has just changed it and may not read it."""
    rows = await OF_POST.rows(session, of_one(caller, post_id))
    return [_view(dict(row)) for row in rows]


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
    statement = await chosen(session, caller, where)
    return await DELIVERIES_DOWN.page(session, statement, request, view=delivery_view)


async def chosen(
    session: AsyncSession, caller: Caller, where: DeliveryFilter
) -> SelectOfScalar[Delivery]:
    statement = visible_deliveries(caller).where(
        among(Delivery.state, where.states),
        among(Delivery.kind, where.kinds),
        among(Delivery.account_id, where.account_ids),
        among(Delivery.post_id, where.post_ids),
        *within(Delivery.due_at, where.since, where.until),
    )
    if where.networks or where.community_ids:
        theirs = await ids_of(
            session, caller, networks=where.networks, community_ids=where.community_ids
        )
        statement = statement.where(col(Delivery.account_id).in_(theirs))
    if where.codes:
        # JSON's operators find no index under row-level security: that there is a problem does.
        statement = statement.where(col(Delivery.problem).is_not(None), CODE.in_(where.codes))
    if where.has_drift is not None:
        statement = statement.where(DRIFTED if where.has_drift else ~DRIFTED)
    return statement


async def list_deliveries_of(
    session: AsyncSession, caller: Caller, post_id: UUID, request: PageRequest
) -> Page[DeliveryView]:
    """Every delivery of a post, withdrawals too, first to last. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    await find(session, visible(caller).where(col(Post.id) == post_id), what="post")
    statement = visible_deliveries(caller).where(col(Delivery.post_id) == post_id)
    return await AS_MADE.page(session, statement, request, view=delivery_view)


async def list_attempts(
    session: AsyncSession, caller: Caller, delivery_id: UUID, request: PageRequest
) -> Page[AttemptView]:
    """Every attempt and look-up, first to last. Raises `NotFound`."""
    await get_delivery(session, caller, delivery_id)
    statement = select(Attempt).where(
        col(Attempt.workspace_id) == caller.workspace_id, col(Attempt.delivery_id) == delivery_id
    )
    return await AS_TRIED.page(session, statement, request, view=AttemptView.model_validate)


def delivery_view(row: Delivery) -> DeliveryView:
    return _view({name: getattr(row, name) for name in _SHOWN})


def _view(shown: dict[str, Any]) -> DeliveryView:
    act_at, shown["next_check_at"] = shown.pop("act_at"), shown.pop("read_back_at")
    shown["content_drift"] = shown.pop("drift") or []
    if shown["problem"] is not None:
        shown["problem"] = {**shown["problem"], "next_at": act_at}
    return DeliveryView.model_validate(shown)
