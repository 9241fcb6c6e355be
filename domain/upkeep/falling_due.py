"""The workers' half of dates: what is no longer valid, or to be checked, is told and proposed.

Each function is one transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import NotFound
from domain.kernel.ids import show
from domain.posts.tables import Post
from domain.upkeep.keeping import locked_upkeep, note_stale, plan
from domain.upkeep.proposing import propose
from domain.upkeep.rules import UpdateReason
from domain.upkeep.tables import Upkeep

MOMENTS = {UpdateReason.EXPIRED: "valid_until_at", UpdateReason.CHECK_DUE: "next_check_at"}


async def upkeeps_due(
    session: AsyncSession, caller: Caller, *, now: datetime, most: int
) -> Sequence[UUID]:
    statement = select(Upkeep.id).where(
        col(Upkeep.workspace_id) == caller.workspace_id, col(Upkeep.act_at) <= now
    )
    return (await session.exec(statement.order_by(col(Upkeep.act_at)).limit(most))).all()


async def fall_due(session: AsyncSession, caller: Caller, post_id: UUID, *, now: datetime) -> None:
    """Tells what of a post has come to its date; nothing where another worker was first."""
    try:
        post, row = await locked_upkeep(session, caller, post_id)
    except NotFound:
        return
    if row.act_at is None or row.act_at > now:
        return
    reasons = [each for each in MOMENTS if each not in row.stale_for and _is_over(row, each, now)]
    note_stale(post, row, [*row.stale_for, *reasons])
    row.version, row.updated_at = row.version + 1, now
    for reason in reasons:
        await _tell(session, caller, post, row, reason, now)
    plan(session, post, row)


def _is_over(row: Upkeep, reason: UpdateReason, now: datetime) -> bool:
    moment: datetime | None = getattr(row, MOMENTS[reason])
    return moment is not None and moment <= now


async def _tell(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    row: Upkeep,
    reason: UpdateReason,
    now: datetime,
) -> None:
    update = await propose(session, caller, post, reason, now=now)
    data = {
        "update": show("upd", update.id) if update is not None else None,
        "checker": show("mem", row.checker_id) if row.checker_id is not None else None,
    }
    record(session, caller, f"post.{reason}", ("post", post.id), now=now, data=data)
