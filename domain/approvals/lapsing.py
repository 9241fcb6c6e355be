"""Reviews that nothing asks for any more end: a policy was removed, or the post left it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.approvals.queries import visible
from domain.approvals.rules import Act, ReviewState, after
from domain.approvals.service import standing, tell
from domain.approvals.tables import Review
from domain.kernel.caller import Caller
from domain.kernel.ids import show
from domain.policies import service as policies
from domain.posts import queries as posts
from domain.posts.approving import show_review
from domain.posts.missing import missing_of
from domain.posts.tables import Post


async def remove_policy(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """As `policies.remove_policy`; open reviews of posts that lack no other approval lapse."""
    await policies.remove_policy(session, caller, id_, expected_version=expected_version, now=now)
    asked = col(Review.steps).contains([{"policy_id": show("pol", id_)}])
    found = visible(caller).where(asked, col(Review.state) == ReviewState.OPEN)
    post_ids = {row.post_id for row in (await session.exec(found)).all()}
    if not post_ids:
        return
    locked = posts.visible(caller).where(col(Post.id).in_(post_ids)).order_by(col(Post.id))
    rows = (await session.exec(locked.with_for_update())).all()
    missing = await missing_of(session, caller, rows)
    for post in rows:
        if post.id not in missing:
            await lapse_review(session, caller, post, now=now)


async def lapse_review(session: AsyncSession, caller: Caller, post: Post, *, now: datetime) -> None:
    """Ends the open review of a post, if there is one. The post must be locked."""
    statement = visible(caller).where(
        col(Review.post_id) == post.id, col(Review.state) == ReviewState.OPEN
    )
    row = (await session.exec(statement.with_for_update())).one_or_none()
    if row is None:
        return
    before = standing(row)
    row.state = after(ReviewState(row.state), Act.LAPSE)
    show_review(post, row.id, None)
    tell(session, caller, row, "review.lapsed", before, now)
