"""Recurrences in the graph."""

from typing import Any

import strawberry

from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import argument, asking
from api.graph.ids import read_id
from api.graph.lists import judging, listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from api.plans import loaders
from api.posts.graph import POST
from domain.plans import recurrence_changes as changes
from domain.plans import recurrences
from domain.plans.recurrence_shapes import PreviewRecurrence, PreviewView, RecurrenceView

RECURRENCE = derive(
    RecurrenceView,
    "Recurrence",
    "A post that comes again, by rule.",
    find=recurrences.recurrences_by_id,
)
PREVIEW = derive(PreviewView, "RecurrencePreview", "The next ten occurrences, the soonest first.")
BOTH = "Needs `posts:write` and `posts:publish`."

edge(loaders.calendar_by_recurrence, "calendar", "Its calendar. Needs `calendars:read`.")
edge(loaders.pillar_by_recurrence, "pillar", "The pillar it stands on. Needs `calendars:read`.")
edge(loaders.recurrence_by_post, "recurrence", "What it was made of. Needs `posts:read`.")


async def _preview(_: object, context: Context, given: dict[str, Any]) -> PreviewView:
    id_ = read_id("rec", "id", given["id"])
    async with context.turn() as session:
        return await recurrences.get_recurrence_preview(
            session, context.caller, id_, now=context.now
        )


QUERIES = (
    single(
        "recurrence",
        RECURRENCE,
        recurrences.get_recurrence,
        "One recurrence. Needs `posts:read`.",
        prefix="rec",
    ),
    listing(
        "recurrences",
        RECURRENCE,
        recurrences.list_recurrences,
        "The recurrences, oldest first. Needs `posts:read`.",
        filters={
            "calendar_ids": "Only of these calendars.",
            "community_ids": "Only of these communities.",
        },
        order=Order(recurrences.OLDEST_FIRST.name, ("created_at", "id")),
    ),
    asking(
        "recurrence_preview",
        PREVIEW | None,
        "The next ten occurrences, with the posts that are there. Needs `posts:read`.",
        _preview,
        [argument("id", strawberry.ID, "The recurrence's id, `rec_…`.")],
    ),
    judging(
        "preview_recurrence",
        PREVIEW,
        PreviewRecurrence,
        recurrences.preview_recurrence,
        "The next ten occurrences of a rule that is not stored. Needs `posts:read`.",
    ),
)

MUTATIONS = (
    Mutation(
        "create_recurrence",
        recurrences.create_recurrence,
        f"Makes a recurrence; its posts are made and scheduled by themselves. {BOTH}",
        gives=RECURRENCE,
        shown="recurrence",
    ),
    Mutation(
        "change_recurrence",
        changes.change_recurrence,
        f"All of it: coming posts follow, but those that somebody changed by hand. {BOTH}",
        prefix="rec",
        gives=RECURRENCE,
        shown="recurrence",
        needs_version=True,
    ),
    Mutation(
        "split_recurrence",
        changes.split_recurrence,
        f"Ends it before an occurrence; a new one, changed, goes on from there. {BOTH}",
        prefix="rec",
        gives=RECURRENCE,
        shown="recurrence",
        id_name="recurrence_id",
    ),
    Mutation(
        "plan_occurrence",
        changes.plan_occurrence,
        f"The post of one occurrence, made before its turn, to be changed by hand. {BOTH}",
        prefix="rec",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "skip_occurrence",
        changes.skip_occurrence,
        f"Adds an exception to the rule; its post is taken off the calendar. {BOTH}",
        prefix="rec",
        gives=RECURRENCE,
        shown="recurrence",
    ),
    Mutation(
        "remove_recurrence",
        changes.remove_recurrence,
        f"Removes it; coming posts are taken off, what went out stays. {BOTH}",
        prefix="rec",
    ),
)
