"""One post with all that belongs to it."""

from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.posts.adaptation_shapes import AdaptationView
from domain.posts.adapting import adaptations_of
from domain.posts.delivery_queries import deliveries_of_posts
from domain.posts.finding import variants_of
from domain.posts.missing import approvals_of
from domain.posts.queries import visible
from domain.posts.shapes import PostDetail, PostView, VariantView
from domain.posts.tables import Post


async def get_post(session: AsyncSession, caller: Caller, id_: UUID) -> PostDetail:
    caller.need(Scope.POSTS_READ)
    row = await find(session, visible(caller).where(col(Post.id) == id_), what="post")
    return await detail(session, caller, row)


async def detail(session: AsyncSession, caller: Caller, row: Post) -> PostDetail:
    """A post with all that belongs to it, for who may read it or has just changed it."""
    variants = await variants_of(session, caller, row.id)
    deliveries = (await deliveries_of_posts(session, caller, [row.id]))[row.id]
    approval = (await approvals_of(session, caller, [row]))[row.id]
    adaptations = (await adaptations_of(session, caller, [row.id]))[row.id]
    return PostDetail(
        **dict(PostView.model_validate(row)),
        approval=approval,
        adaptations=[AdaptationView.model_validate(each) for each in adaptations],
        variants=[VariantView.model_validate(each) for each in variants],
        deliveries=deliveries,
    )
