"""Why posts that were named are not among those that many changes choose."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import (
    FilterUnmatched,
    NotAllowedNow,
    NotFound,
    ParvisError,
    PostOnHold,
    TimeMissing,
)
from domain.posts.many_shapes import LeftOutView
from domain.posts.queries import visible
from domain.posts.rules import PostState
from domain.posts.tables import Post


async def left_out(
    session: AsyncSession, caller: Caller, named: Sequence[UUID], chosen: Collection[UUID]
) -> list[LeftOutView]:
    """Of the named posts those that are not chosen, as they were named."""
    missing = [id_ for id_ in dict.fromkeys(named) if id_ not in chosen]
    if not missing:
        return []
    rows = await session.exec(visible(caller).where(col(Post.id).in_(missing)))
    found = {post.id: post for post in rows}
    return [_view(id_, found.get(id_)) for id_ in missing]


def _view(id_: UUID, post: Post | None) -> LeftOutView:
    error = _reason(post)
    return LeftOutView(post_id=id_, code=error.code, message=error.message)


def _reason(post: Post | None) -> ParvisError:
    if post is None:
        return NotFound("post")
    if post.held_at is not None:
        return PostOnHold()
    if post.state != PostState.SCHEDULED:
        return NotAllowedNow(f"Only scheduled posts are moved; this one is {post.state}.")
    if post.wall_time is None:
        return TimeMissing("It goes out at once, at no time of its own that could be moved.")
    return FilterUnmatched()
