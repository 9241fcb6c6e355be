"""Relations of ideas."""

from api.graph.pages import Order
from api.graph.relations import One, Some, few
from domain.calendars.pillars import pillars_by_id
from domain.calendars.shapes import PillarView
from domain.campaigns.queries import campaigns_by_id
from domain.campaigns.shapes import CampaignView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.ideas import queries
from domain.ideas.candidate_shapes import CandidateView
from domain.ideas.shapes import IdeaView
from domain.mentions.batches import mentions_by_id
from domain.mentions.shapes import MentionView
from domain.occasions.queries import occasions_by_id
from domain.occasions.shapes import OccasionView
from domain.posts.batches import posts_by_id
from domain.posts.shapes import PostView
from domain.workspaces.queries import members_by_id
from domain.workspaces.shapes import MemberView

AS_MADE = Order(queries.AS_MADE.name, ("id",))

community_by_idea = One(IdeaView, CommunityView, "community_id", communities_by_id)
campaign_by_idea = One(IdeaView, CampaignView, "campaign_id", campaigns_by_id)
pillar_by_idea = One(IdeaView, PillarView, "pillar_id", pillars_by_id)
experts_by_idea = Some(IdeaView, MemberView, "expert_ids", members_by_id)
occasion_by_idea = One(IdeaView, OccasionView, "occasion_id", occasions_by_id)
posts_by_idea = few(IdeaView, PostView, AS_MADE, queries.posts_by_idea)
idea_by_post = One(PostView, IdeaView, "id", queries.ideas_by_post)
community_by_candidate = One(CandidateView, CommunityView, "community_id", communities_by_id)
mention_by_candidate = One(CandidateView, MentionView, "mention_id", mentions_by_id)
idea_by_candidate = One(CandidateView, IdeaView, "idea_id", queries.ideas_by_id)
post_by_candidate = One(CandidateView, PostView, "post_id", posts_by_id)
