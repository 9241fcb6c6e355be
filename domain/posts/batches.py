"""Posts, adaptations, variants and attempts of many owners at once, each in one statement."""

from sqlmodel import col

from domain.kernel.batches import ById, OfEach
from domain.kernel.caller import Scope
from domain.posts.adaptation_shapes import AdaptationView
from domain.posts.delivery_shapes import AttemptView
from domain.posts.shapes import PostView, VariantView
from domain.posts.tables import Adaptation, Attempt, Post, Variant

NEWEST_FIRST = (col(Post.created_at).desc(), col(Post.id).desc())


def _posts_of(owner: str) -> OfEach[PostView]:
    return OfEach(Post, PostView, Scope.POSTS_READ, owner, NEWEST_FIRST)


posts_by_id = ById(Post, PostView, Scope.POSTS_READ).read
posts_by_community = _posts_of("community_id").first
posts_by_calendar = _posts_of("calendar_id").first
posts_by_campaign = _posts_of("campaign_id").first
ADAPTATIONS = OfEach(Adaptation, AdaptationView, Scope.POSTS_READ, "post_id", (col(Adaptation.id),))
adaptations_by_post = ADAPTATIONS.whole
VARIANTS = OfEach(Variant, VariantView, Scope.POSTS_READ, "post_id", (col(Variant.id),))
variants_by_post = VARIANTS.whole
attempts_by_delivery = OfEach(
    Attempt, AttemptView, Scope.POSTS_READ, "delivery_id", (col(Attempt.id),)
).whole
"""Every attempt and look-up, first to last."""
