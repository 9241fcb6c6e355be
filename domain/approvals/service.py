"""Changes of reviews: submitted, decided step by step, withdrawn. A post is locked before them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.asking import ask_step
from domain.approvals.queries import asks, visible
from domain.approvals.rules import Act, ReviewState, ReviewVerdict, after, approving
from domain.approvals.shapes import ApproveReview, RefuseReview, ReviewView, SubmitReview
from domain.approvals.tables import Review
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import digest, find_for_change, made_before
from domain.kernel.errors import (
    AlreadyExists,
    MemberMissing,
    NotAllowedNow,
    NotAsked,
    NotFound,
)
from domain.kernel.ids import new_id, read, show
from domain.policies.tables import ApprovalPolicy
from domain.posts.approving import give_approval, missing_for
from domain.posts.finding import find_post
from domain.posts.tables import Post, PostVersion
from domain.posts.versions import version_at
from domain.workspaces.letters import Doors

DECIDED = frozenset({"review.step_approved", "review.approved", "review.refused"})


async def submit_review(
    session: AsyncSession,
    caller: Caller,
    post_id: UUID,
    command: SubmitReview,
    *,
    doors: Doors,
    now: datetime,
) -> ReviewView:
    """Asks those whom the policies name for what the post says now.

    Raises `NotAllowedNow` where no approval is missing or nobody may give it, and
    `AlreadyExists` where it is under review.
    """
    caller.need(Scope.POSTS_WRITE)
    made_from = digest(command)
    before = await made_before(session, caller, Review, command.id, made_from)
    if before is not None:
        return ReviewView.model_validate(before)
    post = await find_post(session, caller, post_id, None)
    policies = await missing_for(session, caller, post)
    if not policies:
        raise NotAllowedNow("No approval of this post is missing.")
    version = await _newest(session, caller, post)
    await _end_before(session, caller, post, version, now=now)
    row = Review(
        workspace_id=caller.workspace_id,
        id=command.id or new_id(),
        community_id=post.community_id,
        post_id=post_id,
        post_version_id=version.id,
        state=ReviewState.OPEN,
        note=command.note,
        language=command.language,
        submitted_by=caller.member_id,
        steps=_steps(policies),
        step=0,
        member_ids=[],
        due_at=now,
        decisions=[],
        created_at=now,
        updated_at=now,
        made_from=made_from,
    )
    asked = await ask_step(session, caller, row, title=version.title, doors=doors, now=now)
    data = {"post": show("post", post_id), "asked": [show("mem", id_) for id_ in asked]}
    record(session, caller, "review.submitted", ("review", row.id), now=now, data=data)
    return ReviewView.model_validate(row)


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


async def withdraw_review(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> ReviewView:
    """Its links count no longer. Raises `NotAllowedNow`."""
    caller.need(Scope.POSTS_WRITE)
    _, row = await locked(session, caller, id_, expected_version)
    before = standing(row)
    row.state = after(ReviewState(row.state), Act.WITHDRAW)
    tell(session, caller, row, "review.withdrawn", before, now)
    return ReviewView.model_validate(row)


async def locked(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> tuple[Post, Review]:
    """The post of a review, then the review. Raises `NotFound`."""
    statement = visible(caller).where(col(Review.id) == id_)
    found = select(Review.post_id).where(
        col(Review.workspace_id) == caller.workspace_id, col(Review.id) == id_
    )
    post_id = (await session.exec(found)).one_or_none()
    if post_id is None:
        raise NotFound("review")
    post = await find_post(session, caller, post_id, None)
    row = await find_for_change(
        session, statement, what="review", expected_version=expected_version
    )
    return post, row


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


async def ensure_same(
    session: AsyncSession, caller: Caller, post: Post, row: Review
) -> PostVersion:
    """What is reviewed. Raises `NotAllowedNow` for what the post no longer says."""
    version = await _newest(session, caller, post)
    if version.id != row.post_version_id:
        raise NotAllowedNow("The post says something else by now: submit it again.")
    return version


async def _end_before(
    session: AsyncSession, caller: Caller, post: Post, version: PostVersion, *, now: datetime
) -> None:
    """Ends the open review of what the post said before. Raises `AlreadyExists` for that of now."""
    statement = visible(caller).where(
        col(Review.post_id) == post.id, col(Review.state) == ReviewState.OPEN
    )
    row = (await session.exec(statement.with_for_update())).one_or_none()
    if row is None:
        return
    if row.post_version_id == version.id:
        raise AlreadyExists("What this post says is under review.")
    before = standing(row)
    row.state = after(ReviewState(row.state), Act.OUTDATE)
    tell(session, caller, row, "review.outdated", before, now)
    await session.flush()


async def _newest(session: AsyncSession, caller: Caller, post: Post) -> PostVersion:
    version = await version_at(session, caller, post.id, None)
    if version is None:
        raise NotAllowedNow("This post says nothing yet.")
    return version


def _steps(policies: Iterable[ApprovalPolicy]) -> list[dict[str, Any]]:
    return [{"policy_id": show("pol", each.id), **step} for each in policies for step in each.steps]


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


def standing(row: Review) -> dict[str, Any]:
    """What an event tells of it, before and after."""
    return {
        "state": ReviewState(row.state).value,
        "step": row.step,
        "member_ids": [show("mem", id_) for id_ in row.member_ids],
    }


def tell(
    session: AsyncSession,
    caller: Caller,
    row: Review,
    kind: str,
    before: dict[str, Any],
    now: datetime,
    *,
    asked: Iterable[UUID] = (),
) -> None:
    """Counts the change and tells it with what was before and is now; words stay in the review."""
    row.version, row.updated_at = row.version + 1, now
    data: dict[str, Any] = {
        "post": show("post", row.post_id),
        "post_version": show("pver", row.post_version_id),
        "previous": before,
        "current": standing(row),
    }
    if asked:
        data["asked"] = [show("mem", id_) for id_ in asked]
    if kind in DECIDED:
        data["is_by_link"] = row.decisions[-1]["is_by_link"]
    record(session, caller, kind, ("review", row.id), now=now, data=data)
