"""Campaigns in the graph."""

from api.campaigns import loaders
from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from domain.campaigns import queries, service
from domain.campaigns.shapes import CampaignView
from domain.posts import refitting

CAMPAIGN = derive(
    CampaignView,
    "Campaign",
    "What a community is told for one purpose, over some days.",
    find=queries.campaigns_by_id,
)

edge(loaders.community_by_campaign, "community", "Whom it is for. Needs `communities:read`.")
edge(loaders.campaign_by_post, "campaign", "The campaign it is for. Needs `calendars:read`.")
edge(loaders.posts_by_campaign, "posts", "Its posts, newest first. Needs `posts:read`.")

QUERIES = (
    single(
        "campaign",
        CAMPAIGN,
        queries.get_campaign,
        "One campaign. Needs `calendars:read`.",
        prefix="cam",
    ),
    listing(
        "campaigns",
        CAMPAIGN,
        queries.list_campaigns,
        "The campaigns, newest first. Needs `calendars:read`.",
        filters={
            "community_ids": "Only of these communities.",
            "labels": "With at least one of these labels.",
            "runs_on": "Only those that run on this day.",
            "is_archived": "Only archived ones, or only living ones.",
        },
        order=Order(queries.NEWEST_FIRST.name, ("created_at", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "create_campaign",
        service.create_campaign,
        "Makes a campaign; the links of its posts carry its UTM. Needs `calendars:write`.",
        gives=CAMPAIGN,
        shown="campaign",
    ),
    Mutation(
        "change_campaign",
        refitting.change_campaign,
        "Changes only what is sent; what is public keeps its links. `post.unfit` when a scheduled "
        "post would no longer fit. Needs `calendars:write`.",
        prefix="cam",
        gives=CAMPAIGN,
        shown="campaign",
        needs_version=True,
    ),
    Mutation(
        "remove_campaign",
        service.remove_campaign,
        "Removes a campaign; `in_use` while posts or ideas belong to it: archive it instead. "
        "Needs `calendars:write`.",
        prefix="cam",
    ),
)
