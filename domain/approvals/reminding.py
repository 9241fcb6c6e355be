"""Reminds those whom a step asks, before its time is over and then; then asks somebody further too.

Each reminder is one transaction: the mails are planned with the row that says they were, so that
whoever comes second, or after a kill, finds nothing due.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.asking import (
    ESCALATION,
    REMINDER,
    may_approve,
    remind_later,
    write_to_asked,
)
from domain.approvals.rules import Act, ReviewState, after, reminders_by
from domain.approvals.service import ensure_same, locked, standing, tell
from domain.approvals.shapes import ReviewStepView
from domain.approvals.tables import Review
from domain.kernel.caller import Caller
from domain.kernel.errors import NotAllowedNow, NotFound
from domain.posts.rules import OVER
from domain.workspaces.letters import Doors


async def reviews_due(
    session: AsyncSession, caller: Caller, *, now: datetime, most: int
) -> Sequence[UUID]:
    statement = select(Review.id).where(
        col(Review.workspace_id) == caller.workspace_id, col(Review.act_at) <= now
    )
    return (await session.exec(statement.order_by(col(Review.act_at)).limit(most))).all()


async def remind_of(
    session: AsyncSession, caller: Caller, id_: UUID, *, doors: Doors, now: datetime
) -> None:
    """Does what is due of a review; nothing where another worker was first, or it is gone.

    Nobody is reminded of what the post no longer says, or of what was called off or is public.
    """
    try:
        post, row = await locked(session, caller, id_, None)
    except NotFound:
        return
    if row.act_at is None or row.act_at > now:
        return
    if post.state in OVER:
        row.act_at = None
        return
    step = ReviewStepView.model_validate(row.steps[row.step])
    row.reminders = reminders_by(row.due_at, now=now)
    remind_later(session, row, step.hours)
    try:
        version = await ensure_same(session, caller, post, row)
    except NotAllowedNow:
        row.act_at = None
        return
    with suppress(NotAllowedNow):
        await _remind(session, caller, row, title=version.title, doors=doors, now=now)
    if now >= row.due_at and step.escalates_to is not None:
        to = step.escalates_to
        await _escalate(session, caller, row, to, title=version.title, doors=doors, now=now)


async def _remind(
    session: AsyncSession, caller: Caller, row: Review, *, title: str, doors: Doors, now: datetime
) -> None:
    before = standing(row)
    asked = await write_to_asked(
        session, caller, row, title=title, doors=doors, now=now, letter=REMINDER
    )
    row.state = after(ReviewState(row.state), Act.REMIND)
    tell(session, caller, row, "review.reminded", before, now, asked=asked)


async def _escalate(
    session: AsyncSession,
    caller: Caller,
    row: Review,
    to: UUID,
    *,
    title: str,
    doors: Doors,
    now: datetime,
) -> None:
    """Nobody where they are asked already, or may approve no longer."""
    if to in row.member_ids or not await may_approve(session, to, row.community_id):
        return
    before = standing(row)
    row.state = after(ReviewState(row.state), Act.ESCALATE)
    row.member_ids = [*row.member_ids, to]
    await write_to_asked(
        session, caller, row, title=title, doors=doors, now=now, only=to, letter=ESCALATION
    )
    tell(session, caller, row, "review.escalated", before, now, asked=[to])
