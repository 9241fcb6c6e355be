"""Whether a post may go out: the policies that apply to it, and what it was approved for.

Policies stand on the floor below. Approvals stand above and tell through `give_approval` which
version of a post was approved, for which policies; what a post says later was not.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import Fault, NotApproved
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.policies.rules import ApprovalState
from domain.posts.delivery_queries import visible_deliveries
from domain.posts.holding import Reason, hold
from domain.posts.missing import Policies, missing_for, missing_of
from domain.posts.queries import visible
from domain.posts.rules import DeliveryKind, DeliveryState
from domain.posts.tables import Delivery, Post


async def ensure_approved(session: AsyncSession, caller: Caller, post: Post) -> None:
    """Raises `NotApproved`, with a fault for each policy that is still to be satisfied."""
    missing = await missing_for(session, caller, post)
    if missing:
        raise _refusal(missing)


async def give_approval(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    version_id: UUID,
    policy_ids: Collection[UUID],
    *,
    now: datetime,
) -> None:
    """Keeps what was approved, and brings forward what was held for want of it."""
    before = post.approved_for if post.approved_version_id == version_id else []
    post.approved_version_id, post.approved_for = version_id, [*before, *policy_ids]
    post.review_state = None
    data = {"post_version": show("pver", version_id)}
    record(session, caller, "post.approved", ("post", post.id), now=now, data=data)
    await bring_forward(session, caller, post.id, NotApproved.code, now=now)


def show_review(post: Post, review_id: UUID, state: ApprovalState | None) -> None:
    """Has a post show its newest review, and what came of it unless that is nothing.

    Nothing is submitted again by itself any more.
    """
    post.ask_again_at = None
    post.review_id, post.review_state = review_id, state


async def bring_forward(
    session: AsyncSession, caller: Caller, post_id: UUID, code: str, *, now: datetime
) -> None:
    """Has what of a post was held back by an error be looked at now.

    Why it waited stays until it goes on: what is late by then is asked about, not skipped.
    """
    statement = visible_deliveries(caller).where(
        col(Delivery.post_id) == post_id,
        col(Delivery.state) == DeliveryState.WAITING,
        col(Delivery.due_at) <= now,
        col(Delivery.problem)["code"].astext == code,
    )
    for row in (await session.exec(statement.order_by(col(Delivery.id)).with_for_update())).all():
        row.act_at = now
        row.version, row.updated_at = row.version + 1, now
        due_at(session, caller.workspace_id, row.id, now)


async def hold_unapproved(
    session: AsyncSession, caller: Caller, rows: Sequence[asyncpg.Record], *, now: datetime
) -> Sequence[asyncpg.Record]:
    """Holds of claimed deliveries those whose post lacks an approval; gives the others."""
    asked = {row["id"]: row["post_id"] for row in rows if _goes_out(row)}
    if not asked:
        return rows
    statement = visible(caller).where(col(Post.id).in_(set(asked.values())))
    missing = await missing_of(session, caller, (await session.exec(statement)).all())
    held = {
        id_: Reason(_refusal(missing[post_id]))
        for id_, post_id in asked.items()
        if missing.get(post_id)
    }
    if not held:
        return rows
    await hold(session, caller, held, now=now)
    return [row for row in rows if row["id"] not in held]


def _goes_out(row: asyncpg.Record) -> bool:
    is_first = row["state"] == DeliveryState.GOING
    return is_first and row["kind"] == DeliveryKind.PUBLISH and row["post_id"] is not None


def _refusal(missing: Policies) -> NotApproved:
    faults = (Fault("", "approval.missing", f"“{each.name}” is not satisfied.") for each in missing)
    names = ", ".join(each.name for each in missing)
    return NotApproved(f"Approval is missing for: {names}.", faults=tuple(faults))
