"""What an edit lost is submitted again by itself, where the policies want it so.

The post says when, in the transaction of the edit; whoever submits it before takes that back.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.lapsing import lapse_review
from domain.approvals.queries import visible
from domain.approvals.service import ask, new_review
from domain.approvals.shapes import SubmitReview
from domain.approvals.tables import Review
from domain.kernel.caller import Caller
from domain.kernel.errors import NotAllowedNow, NotFound
from domain.kernel.languages import Language
from domain.policies.rules import ApprovalState
from domain.posts.finding import find_post
from domain.posts.missing import missing_for
from domain.posts.tables import Post
from domain.posts.versions import TO_COME
from domain.workspaces.letters import Doors


async def posts_due(
    session: AsyncSession, caller: Caller, *, now: datetime, most: int
) -> Sequence[UUID]:
    statement = select(Post.id).where(
        col(Post.workspace_id) == caller.workspace_id, col(Post.ask_again_at) <= now
    )
    return (await session.exec(statement.order_by(col(Post.ask_again_at)).limit(most))).all()


async def ask_again(
    session: AsyncSession, caller: Caller, post_id: UUID, *, doors: Doors, now: datetime
) -> None:
    """A new review with the words and for the member of the one before.

    Nothing where another worker was first, somebody submitted it, it was called off, a policy that
    misses does not ask again, or nobody may approve: the post goes on saying that its approval is
    lost. Where no policy misses any more, what was asked lapses.
    """
    try:
        post = await find_post(session, caller, post_id, None)
    except NotFound:
        return
    if post.ask_again_at is None or post.ask_again_at > now:
        return
    post.ask_again_at = None
    missing = await missing_for(session, caller, post)
    if not missing:
        await lapse_review(session, caller, post, now=now)
        return
    before = await _newest(session, caller, post) if post.state in TO_COME else None
    if before is None or not all(each.asks_again for each in missing):
        return
    command = SubmitReview(note=before.note, language=Language(before.language))
    row = await new_review(session, caller, post, command, now=now)
    row.submitted_by = before.submitted_by
    try:
        async with session.begin_nested():
            await ask(session, caller, post, row, "review.asked_again", doors=doors, now=now)
    except NotAllowedNow:
        return


async def _newest(session: AsyncSession, caller: Caller, post: Post) -> Review | None:
    """What an edit lost of it."""
    if post.review_state != ApprovalState.LOST:
        return None
    statement = visible(caller).where(col(Review.id) == post.review_id)
    return (await session.exec(statement)).one_or_none()
