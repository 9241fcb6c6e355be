"""Posts, adaptations, variants and attempts of many owners at once, each in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.batches import ById, OfEach
from domain.kernel.caller import Caller, Scope
from domain.posts.adaptation_shapes import AdaptationView
from domain.posts.delivery_shapes import AttemptView
from domain.posts.shapes import PostView, VariantView
from domain.posts.tables import Adaptation, Attempt, Post, Variant

NEWEST_FIRST = (col(Post.created_at).desc(), col(Post.id).desc())
POSTS = ById(Post, PostView)
OF_COMMUNITY = OfEach(Post, PostView, "community_id", NEWEST_FIRST)
OF_CALENDAR = OfEach(Post, PostView, "calendar_id", NEWEST_FIRST)
OF_CAMPAIGN = OfEach(Post, PostView, "campaign_id", NEWEST_FIRST)
ADAPTATIONS = OfEach(Adaptation, AdaptationView, "post_id", (col(Adaptation.id),))
VARIANTS = OfEach(Variant, VariantView, "post_id", (col(Variant.id),))
ATTEMPTS = OfEach(Attempt, AttemptView, "delivery_id", (col(Attempt.id),))


async def posts_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, PostView]:
    caller.need(Scope.POSTS_READ)
    return await POSTS.read(session, caller, ids)


async def posts_by_community(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[PostView]]:
    """The newest `limit` posts of each community."""
    caller.need(Scope.POSTS_READ)
    return await OF_COMMUNITY.first(session, caller, ids, limit=limit)


async def posts_by_calendar(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[PostView]]:
    """The newest `limit` posts of each calendar."""
    caller.need(Scope.POSTS_READ)
    return await OF_CALENDAR.first(session, caller, ids, limit=limit)


async def posts_by_campaign(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[PostView]]:
    """The newest `limit` posts of each campaign."""
    caller.need(Scope.POSTS_READ)
    return await OF_CAMPAIGN.first(session, caller, ids, limit=limit)


async def adaptations_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, list[AdaptationView]]:
    caller.need(Scope.POSTS_READ)
    return await ADAPTATIONS.whole(session, caller, ids)


async def variants_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, list[VariantView]]:
    caller.need(Scope.POSTS_READ)
    return await VARIANTS.whole(session, caller, ids)


async def attempts_by_delivery(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, list[AttemptView]]:
    """Every attempt and look-up, first to last."""
    caller.need(Scope.POSTS_READ)
    return await ATTEMPTS.whole(session, caller, ids)
