"""One post with all that belongs to it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.posts.adaptation_shapes import AdaptationView
from domain.posts.batches import ADAPTATIONS, VARIANTS
from domain.posts.delivery_queries import deliveries_of_one
from domain.posts.missing import approvals_of
from domain.posts.parts import Parts
from domain.posts.queries import visible
from domain.posts.shapes import PostDetail, PostView, VariantView
from domain.posts.tables import Post


async def get_post(session: AsyncSession, caller: Caller, id_: UUID) -> PostDetail:
    caller.need(Scope.POSTS_READ)
    row = await find(session, visible(caller).where(col(Post.id) == id_), what="post")
    return await detail(session, caller, row)


async def detail(session: AsyncSession, caller: Caller, row: Post) -> PostDetail:
    """A post with all that belongs to it, for who may read it or has just changed it."""
    await session.flush()
    return await _whole(
        session,
        caller,
        row,
        await ADAPTATIONS.of_one(session, caller, row.id),
        await VARIANTS.of_one(session, caller, row.id),
    )


async def detail_with(session: AsyncSession, caller: Caller, row: Post, parts: Parts) -> PostDetail:
    """As `detail`, of parts that are in hand."""
    await session.flush()
    return await _whole(
        session,
        caller,
        row,
        [AdaptationView.model_validate(each) for each in parts.adaptations],
        [VariantView.model_validate(each) for each in parts.variants],
    )


async def _whole(
    session: AsyncSession,
    caller: Caller,
    row: Post,
    adaptations: Sequence[AdaptationView],
    variants: Sequence[VariantView],
) -> PostDetail:
    return PostDetail(
        **dict(PostView.model_validate(row)),
        approval=(await approvals_of(session, caller, [row]))[row.id],
        adaptations=adaptations,
        variants=variants,
        deliveries=await deliveries_of_one(session, caller, row.id),
    )
