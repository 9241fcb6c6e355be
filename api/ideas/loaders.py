"""Relations of ideas."""

from api.graph.pages import Order
from api.graph.relations import Many, One, Some, rest_of_whole, whole
from domain.calendars.pillars import pillars_by_id
from domain.calendars.shapes import PillarView
from domain.campaigns.queries import campaigns_by_id
from domain.campaigns.shapes import CampaignView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.ideas import queries
from domain.ideas.candidate_shapes import CandidateView
from domain.ideas.shapes import IdeaView
from domain.mentions.queries import mentions_by_id
from domain.mentions.shapes import MentionView
from domain.occasions.queries import occasions_by_id
from domain.occasions.shapes import OccasionView
from domain.posts.batches import posts_by_id
from domain.posts.shapes import PostView
from domain.workspaces.queries import members_by_id
from domain.workspaces.shapes import MemberView

AS_MADE = Order(queries.AS_MADE.name, ("id",))

community_by_idea = One(
    name="community_by_id",
    owner=IdeaView,
    target=CommunityView,
    key="community_id",
    find=communities_by_id,
)
campaign_by_idea = One(
    name="campaign_by_id",
    owner=IdeaView,
    target=CampaignView,
    key="campaign_id",
    find=campaigns_by_id,
)
pillar_by_idea = One(
    name="pillar_by_id",
    owner=IdeaView,
    target=PillarView,
    key="pillar_id",
    find=pillars_by_id,
)
experts_by_idea = Some(
    name="member_by_id",
    owner=IdeaView,
    target=MemberView,
    key="expert_ids",
    find=members_by_id,
)
occasion_by_idea = One(
    name="occasion_by_id",
    owner=IdeaView,
    target=OccasionView,
    key="occasion_id",
    find=occasions_by_id,
)
posts_by_idea = Many(
    name="posts_by_idea",
    owner=IdeaView,
    target=PostView,
    order=AS_MADE,
    page_size=10,
    first=whole(queries.posts_by_idea),
    more=rest_of_whole(queries.posts_by_idea, AS_MADE),
)
idea_by_post = One(
    name="idea_by_post",
    owner=PostView,
    target=IdeaView,
    key="id",
    find=queries.ideas_by_post,
)
community_by_candidate = One(
    name="community_by_id",
    owner=CandidateView,
    target=CommunityView,
    key="community_id",
    find=communities_by_id,
)
mention_by_candidate = One(
    name="mention_by_id",
    owner=CandidateView,
    target=MentionView,
    key="mention_id",
    find=mentions_by_id,
)
idea_by_candidate = One(
    name="idea_by_id",
    owner=CandidateView,
    target=IdeaView,
    key="idea_id",
    find=queries.ideas_by_id,
)
post_by_candidate = One(
    name="post_by_id",
    owner=CandidateView,
    target=PostView,
    key="post_id",
    find=posts_by_id,
)
