"""Relations of campaigns."""

from api.graph.pages import Order
from api.graph.relations import Many, One
from domain.campaigns import queries
from domain.campaigns.shapes import CampaignView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.posts import batches
from domain.posts.queries import PostFilter, PostSort, list_posts
from domain.posts.shapes import PostView

community_by_campaign = One(
    name="community_by_id",
    owner=CampaignView,
    target=CommunityView,
    key="community_id",
    find=communities_by_id,
)
campaign_by_post = One(
    name="campaign_by_id",
    owner=PostView,
    target=CampaignView,
    key="campaign_id",
    find=queries.campaigns_by_id,
)
posts_by_campaign = Many(
    name="posts_by_campaign",
    owner=CampaignView,
    target=PostView,
    order=Order(PostSort.CREATED_DOWN, ("created_at", "id")),
    page_size=20,
    first=batches.posts_by_campaign,
    more=lambda session, caller, owner, page: list_posts(
        session, caller, page, where=PostFilter(campaign_ids=[owner])
    ),
)
