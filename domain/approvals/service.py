"""Changes of reviews: submitted, withdrawn, told. A post is locked before its reviews."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.asking import ask_step
from domain.approvals.queries import visible
from domain.approvals.rules import Act, ReviewState, after
from domain.approvals.shapes import ReviewView, SubmitReview
from domain.approvals.tables import Review
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import digest, find_for_change, made_before
from domain.kernel.errors import (
    AlreadyExists,
    NotAllowedNow,
    NotFound,
)
from domain.kernel.ids import new_id, show
from domain.policies.rules import ApprovalState
from domain.policies.tables import ApprovalPolicy
from domain.posts.approving import show_review
from domain.posts.finding import find_post
from domain.posts.missing import missing_for
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
    before = await made_before(session, caller, Review, command)
    if before is not None:
        return ReviewView.model_validate(before)
    post = await find_post(session, caller, post_id, None)
    row = await new_review(session, caller, post, command, now=now)
    row.made_from = digest(command)
    await ask(session, caller, post, row, "review.submitted", doors=doors, now=now)
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
    post, row = await locked(session, caller, id_, expected_version)
    before = standing(row)
    row.state = after(ReviewState(row.state), Act.WITHDRAW)
    show_review(post, row.id, None)
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
        raise NotFound("review", [id_])
    post = await find_post(session, caller, post_id, None)
    row = await find_for_change(
        session, statement, what="review", expected_version=expected_version
    )
    return post, row


async def ensure_same(
    session: AsyncSession, caller: Caller, post: Post, row: Review
) -> PostVersion:
    """What is reviewed. Raises `NotAllowedNow` for what the post no longer says."""
    version = await _newest(session, caller, post)
    if version.id != row.post_version_id:
        raise NotAllowedNow("The post says something else by now: submit it again.")
    return version


async def ask(
    session: AsyncSession,
    caller: Caller,
    post: Post,
    row: Review,
    kind: str,
    *,
    doors: Doors,
    now: datetime,
) -> None:
    """Asks the first step of a new review, and tells it. Raises as `submit_review`."""
    version = await _newest(session, caller, post)
    await _end_before(session, caller, post, version, now=now)
    asked = await ask_step(session, caller, row, title=version.title, doors=doors, now=now)
    show_review(post, row.id, ApprovalState.ASKED)
    data = {"post": show("post", post.id), "asked": [show("mem", id_) for id_ in asked]}
    record(session, caller, kind, ("review", row.id), now=now, data=data)


async def new_review(
    session: AsyncSession, caller: Caller, post: Post, command: SubmitReview, *, now: datetime
) -> Review:
    """Of what the post says now, by the policies that miss. Raises `NotAllowedNow`."""
    policies = await missing_for(session, caller, post)
    if not policies:
        raise NotAllowedNow("No approval of this post is missing.")
    version = await _newest(session, caller, post)
    return Review(
        workspace_id=caller.workspace_id,
        id=command.id or new_id(),
        community_id=post.community_id,
        post_id=post.id,
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
    )


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
    if row.state != ReviewState.OPEN:
        row.act_at = None
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
