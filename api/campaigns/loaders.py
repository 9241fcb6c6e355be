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

community_by_campaign = One(CampaignView, CommunityView, "community_id", communities_by_id)
campaign_by_post = One(PostView, CampaignView, "campaign_id", queries.campaigns_by_id)
posts_by_campaign = Many(
    owner=CampaignView,
    target=PostView,
    order=Order(PostSort.CREATED_DOWN, ("created_at", "id")),
    page_size=20,
    first=batches.posts_by_campaign,
    more=lambda session, caller, owner, page: list_posts(
        session, caller, page, where=PostFilter(campaign_ids=[owner])
    ),
)
