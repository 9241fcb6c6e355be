"""Who is asked decides a step: what is approved is told to the post, what is refused has words."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.asking import ask_step
from domain.approvals.queries import asks, visible
from domain.approvals.rules import Act, ReviewState, ReviewVerdict, after, approving
from domain.approvals.service import ensure_same, locked, standing, tell
from domain.approvals.shapes import ApproveReview, RefuseReview, ReviewView
from domain.approvals.tables import Review
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import (
    MemberMissing,
    NotAsked,
)
from domain.kernel.ids import read, show
from domain.policies.rules import ApprovalState
from domain.posts.approving import give_approval, show_review
from domain.posts.tables import Post, PostVersion
from domain.workspaces.letters import Doors


async def approve_review(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ApproveReview,
    *,
    expected_version: int | None,
    doors: Doors,
    now: datetime,
) -> ReviewView:
    """Asks the next step, or gives the post its approval after the last.

    Raises `NotAsked`, `MemberMissing`, and `NotAllowedNow` for what the post no longer says.
    """
    caller.need(Scope.POSTS_APPROVE)
    post, row = await locked(session, caller, id_, expected_version)
    await approve_step(session, caller, post, row, command, doors=doors, now=now)
    return ReviewView.model_validate(row)


async def refuse_review(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: RefuseReview,
    *,
    expected_version: int | None,
    now: datetime,
) -> ReviewView:
    """Ends it with words that say what is to be changed. Raises as `approve_review`."""
    caller.need(Scope.POSTS_APPROVE)
    post, row = await locked(session, caller, id_, expected_version)
    await refuse_step(session, caller, post, row, command, now=now)
    return ReviewView.model_validate(row)


async def approve_step(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    row: Review,
    command: ApproveReview,
    *,
    doors: Doors,
    now: datetime,
    is_by_link: bool = False,
) -> None:
    """As `approve_review`, with post and review locked."""
    act = approving(row.step, steps=len(row.steps))
    state = after(ReviewState(row.state), act)
    version = await ensure_mine(session, caller, post, row)
    before = standing(row)
    _note(row, caller, ReviewVerdict.APPROVED, command.words, is_by_link=is_by_link, now=now)
    row.state = state
    if act is Act.APPROVE:
        tell(session, caller, row, "review.approved", before, now)
        ids = dict.fromkeys(read("pol", step["policy_id"]) for step in row.steps)
        await give_approval(session, caller, post, version.id, ids, now=now)
        return
    row.step += 1
    asked = await ask_step(session, caller, row, title=version.title, doors=doors, now=now)
    tell(session, caller, row, "review.step_approved", before, now, asked=asked)


async def refuse_step(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    row: Review,
    command: RefuseReview,
    *,
    now: datetime,
    is_by_link: bool = False,
) -> None:
    """As `refuse_review`, with post and review locked."""
    state = after(ReviewState(row.state), Act.REFUSE)
    await ensure_mine(session, caller, post, row)
    before = standing(row)
    _note(row, caller, ReviewVerdict.REFUSED, command.words, is_by_link=is_by_link, now=now)
    row.state = state
    show_review(post, row.id, ApprovalState.REFUSED)
    tell(session, caller, row, "review.refused", before, now)


async def ensure_mine(
    session: AsyncSession, caller: Caller, post: Post, row: Review
) -> PostVersion:
    """What is decided on: what the post says now. Raises as `approve_review`."""
    if caller.member_id is None:
        raise MemberMissing
    if not await is_asked(session, caller, row):
        raise NotAsked
    return await ensure_same(session, caller, post, row)


async def is_asked(session: AsyncSession, caller: Caller, row: Review) -> bool:
    """Whether the present step asks the caller's member."""
    if caller.member_id is None:
        return False
    mine = asks(caller.workspace_id, caller.member_id)
    found = await session.exec(visible(caller).where(col(Review.id) == row.id, mine))
    return found.first() is not None


def _note(
    row: Review,
    caller: Caller,
    verdict: ReviewVerdict,
    words: str,
    *,
    is_by_link: bool,
    now: datetime,
) -> None:
    decision = {
        "step": row.step,
        "verdict": verdict,
        "words": words,
        "member_id": show("mem", caller.member_id) if caller.member_id else None,
        "is_by_link": is_by_link,
        "decided_at": now.isoformat(),
    }
    row.decisions = [*row.decisions, decision]
