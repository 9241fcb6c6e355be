"""Posts and variants of many owners at once, each in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.batches import all_of_each, first_of_each
from domain.kernel.caller import Caller, Scope
from domain.posts.shapes import AttemptView, PostView, VariantView
from domain.posts.tables import Attempt, Post, Variant

NEWEST_FIRST = (col(Post.created_at).desc(), col(Post.id).desc())


async def posts_by_community(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[PostView]]:
    """The newest `limit` posts of each community."""
    return await _posts(session, caller, "community_id", ids, limit)


async def posts_by_calendar(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[PostView]]:
    """The newest `limit` posts of each calendar."""
    return await _posts(session, caller, "calendar_id", ids, limit)


async def _posts(
    session: AsyncSession, caller: Caller, owner: str, ids: Sequence[UUID], limit: int
) -> dict[UUID, list[PostView]]:
    caller.need(Scope.POSTS_READ)
    return await first_of_each(
        session, caller, Post, PostView, owner=owner, order=NEWEST_FIRST, ids=ids, limit=limit
    )


async def variants_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, list[VariantView]]:
    caller.need(Scope.POSTS_READ)
    return await all_of_each(
        session, caller, Variant, VariantView, owner="post_id", order=[col(Variant.id)], ids=ids
    )


async def attempts_by_delivery(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, list[AttemptView]]:
    """Every attempt and look-up, first to last."""
    caller.need(Scope.POSTS_READ)
    order = [col(Attempt.number)]
    return await all_of_each(
        session, caller, Attempt, AttemptView, owner="delivery_id", order=order, ids=ids
    )
