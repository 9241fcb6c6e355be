"""Ideas in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.relations import edge
from api.ideas import loaders
from api.posts.graph import POST
from domain.ideas import drafting, queries, service
from domain.ideas.shapes import IdeaView

IDEA = derive(
    IdeaView,
    "Idea",
    "A topic of conversation, from a thought to what came of it.",
    find=queries.ideas_by_id,
)

edge(loaders.community_by_idea, "community", "Whom it is for. Needs `communities:read`.")
edge(loaders.campaign_by_idea, "campaign", "The campaign it is for. Needs `calendars:read`.")
edge(loaders.pillar_by_idea, "pillar", "The pillar it stands on. Needs `calendars:read`.")
edge(loaders.occasion_by_idea, "occasion", "What it was proposed for. Needs `calendars:read`.")
edge(loaders.experts_by_idea, "experts", "Members who know about it. Needs `members:read`.")
edge(loaders.posts_by_idea, "posts", "What came of it, as it was made. Needs `posts:read`.")
edge(loaders.idea_by_post, "idea", "The idea it came of. Needs `calendars:read`.")

QUERIES = (
    single("idea", IDEA, queries.get_idea, "One idea. Needs `calendars:read`.", prefix="idea"),
    listing(
        "ideas",
        IDEA,
        queries.list_ideas,
        "The ideas; a column of the board by its state. Needs `calendars:read`.",
        filters={
            "states": "Only in these states.",
            "community_ids": "Only of these communities.",
            "campaign_ids": "Only for these campaigns.",
            "pillar_ids": "Only on these pillars.",
            "labels": "With at least one of these labels.",
        },
    ),
)

MUTATIONS = (
    Mutation(
        "create_idea",
        service.create_idea,
        "Makes an idea. Needs `calendars:write`.",
        gives=IDEA,
        shown="idea",
    ),
    Mutation(
        "change_idea",
        service.change_idea,
        "Changes only what is sent; `moveIdea` takes it to another state. Needs `calendars:write`.",
        prefix="idea",
        gives=IDEA,
        shown="idea",
        needs_version=True,
    ),
    Mutation(
        "remove_idea",
        service.remove_idea,
        "Removes an idea; `in_use` once posts came of it: close it instead. "
        "Needs `calendars:write`.",
        prefix="idea",
    ),
    Mutation(
        "move_idea",
        service.move_idea,
        "Takes an idea to another state; `idea.move_refused` names those it can go to. "
        "Needs `calendars:write`.",
        prefix="idea",
        gives=IDEA,
        shown="idea",
    ),
    Mutation(
        "link_post",
        drafting.link_post,
        "Links a post to an idea; `already_exists` if it came of another. Needs `calendars:write`.",
        prefix="idea",
        gives=IDEA,
        shown="idea",
    ),
    Mutation(
        "unlink_post",
        drafting.unlink_post,
        "Unlinks a post from an idea; the post stays. Needs `calendars:write`.",
        prefix="idea",
        gives=IDEA,
        shown="idea",
    ),
    Mutation(
        "draft_idea",
        drafting.draft_idea,
        "Makes a draft of an idea, with its labels, campaign and pillar. Needs `posts:write`.",
        prefix="idea",
        id_name="idea_id",
        gives=POST,
        shown="post",
    ),
)
