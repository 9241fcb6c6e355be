"""Sources in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import One, edge
from domain.posts.batches import posts_by_id
from domain.posts.shapes import PostView
from domain.sources import moving, queries, service
from domain.sources.shapes import SourceView
from domain.upkeep.update_shapes import UpdateView

SOURCE = derive(
    SourceView,
    "PostSource",
    "A page that a post rests on, and its changes.",
    find=queries.sources_by_id,
)
edge(
    One(SourceView, PostView, "post_id", posts_by_id),
    "post",
    "The post that rests on it.",
)
edge(
    One(UpdateView, SourceView, "source_id", queries.sources_by_id),
    "source",
    "The source that changed; null: none did, or it is watched no longer.",
)

QUERIES = (
    single("source", SOURCE, queries.get_source, "One source. Needs `posts:read`.", prefix="src"),
    listing(
        "sources",
        SOURCE,
        queries.list_sources,
        "Sources that posts rest on, the newest first. Needs `posts:read`.",
        filters={
            "post_ids": "Only of these posts.",
            "community_ids": "Only of these communities.",
        },
        order=Order(queries.NEWEST_FIRST.name, ("created_at", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "create_source",
        service.create_source,
        "Names a source that a post rests on; a worker reads it at once. Needs `posts:write`.",
        gives=SOURCE,
        shown="source",
    ),
    Mutation(
        "change_source",
        service.change_source,
        "Changes how often a source is read. Needs `posts:write`.",
        prefix="src",
        gives=SOURCE,
        shown="source",
        needs_version=True,
    ),
    Mutation(
        "pull_source",
        service.pull_source,
        "Has a source read now. Needs `posts:write`.",
        prefix="src",
        gives=SOURCE,
        shown="source",
    ),
    Mutation(
        "accept_source_move",
        moving.accept_move,
        "Has a source that moved for good be read where it is now. Needs `posts:write`.",
        prefix="src",
        gives=SOURCE,
        shown="source",
    ),
    Mutation(
        "remove_source",
        service.remove_source,
        "Watches a source no longer. Needs `posts:write`.",
        prefix="src",
    ),
)
