"""Upkeep and updates in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from api.upkeep import loaders
from domain.upkeep import deciding, proposing, queries, service
from domain.upkeep.shapes import UpkeepView
from domain.upkeep.update_shapes import UpdateView

UPKEEP = derive(UpkeepView, "Upkeep", "Until when a post holds, and when it is looked at again.")
UPDATE = derive(
    UpdateView,
    "Update",
    "What is to be done with the public copies of a post, and how far it is.",
    find=queries.updates_by_id,
)
edge(loaders.upkeep_by_post, "upkeep", "How it is kept up to date; null: nothing was set yet.")
edge(loaders.post_by_update, "post", "The post that is to be updated.")

QUERIES = (
    single(
        "upkeep",
        UPKEEP,
        queries.get_upkeep,
        "How a post, by its id, is kept up to date. Needs `posts:read`.",
        prefix="post",
    ),
    single("update", UPDATE, queries.get_update, "One update. Needs `posts:read`.", prefix="upd"),
    listing(
        "updates",
        UPDATE,
        queries.list_updates,
        "Updates, the newest first. Needs `posts:read`.",
        filters={
            "states": "Only in these states.",
            "reasons": "Only for these reasons.",
            "community_ids": "Only of these communities.",
            "post_ids": "Only of these posts.",
        },
        order=Order(queries.NEWEST_FIRST.name, ("id",)),
    ),
)

MUTATIONS = (
    Mutation(
        "change_upkeep",
        service.change_upkeep,
        "Says when a post, by its id, is looked at again. Needs `posts:write`.",
        prefix="post",
        gives=UPKEEP,
        shown="upkeep",
        needs_version=True,
    ),
    Mutation(
        "confirm_upkeep",
        service.confirm_upkeep,
        "Says that a post, by its id, still holds. Needs `posts:write`.",
        prefix="post",
        gives=UPKEEP,
        shown="upkeep",
    ),
    Mutation(
        "propose_update",
        proposing.propose_update,
        "Proposes an update of the public copies of a post. Needs `posts:write`.",
        prefix="post",
        id_name="post_id",
        gives=UPDATE,
        shown="update",
    ),
    Mutation(
        "change_update",
        deciding.change_update,
        "Changes an update that is proposed. Needs `posts:write`.",
        prefix="upd",
        gives=UPDATE,
        shown="update",
        needs_version=True,
    ),
    Mutation(
        "approve_update",
        deciding.approve_update,
        "Plans everything that was decided; twice, nothing more. Needs `posts:approve`.",
        prefix="upd",
        gives=UPDATE,
        shown="update",
    ),
    Mutation(
        "dismiss_update",
        deciding.dismiss_update,
        "Dismisses an update, with a reason. Needs `posts:approve`.",
        prefix="upd",
        gives=UPDATE,
        shown="update",
    ),
)
