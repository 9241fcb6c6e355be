"""Relations of reviews and policies."""

from api.graph.pages import Order
from api.graph.relations import Many, One
from domain.approvals import queries
from domain.approvals.queries import ReviewFilter
from domain.approvals.shapes import ReviewView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.policies.shapes import PolicyView
from domain.posts.batches import posts_by_id
from domain.posts.shapes import ApprovalView, PostView
from domain.posts.version_shapes import PostVersionView
from domain.posts.versions import versions_by_id

community_by_review = One(ReviewView, CommunityView, "community_id", communities_by_id)
post_by_review = One(ReviewView, PostView, "post_id", posts_by_id)
version_by_review = One(ReviewView, PostVersionView, "post_version_id", versions_by_id)
reviews_by_post = Many(
    owner=PostView,
    target=ReviewView,
    order=Order(queries.NEWEST_FIRST.name, ("id",)),
    page_size=10,
    first=queries.reviews_by_post,
    more=lambda session, caller, owner, page: queries.list_reviews(
        session, caller, page, where=ReviewFilter(post_ids=[owner])
    ),
)
review_by_approval = One(ApprovalView, ReviewView, "review_id", queries.reviews_by_id)
community_by_policy = One(PolicyView, CommunityView, "community_id", communities_by_id)
