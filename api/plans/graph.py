"""Slots and queues in the graph."""

from typing import Any
from uuid import UUID

import strawberry

from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import argument, asking
from api.graph.ids import read_id
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from api.plans import loaders
from api.posts.graph import POST
from domain.plans import queue, slots
from domain.plans.shapes import MOST_FREE, FreeSlotsView, QueueView, SlotView

SLOT = derive(
    SlotView,
    "Slot",
    "A moment of every week at which a calendar speaks.",
    find=slots.slots_by_id,
)
QUEUE = derive(QueueView, "Queue", "What waits in the slots of a calendar.")
FREE = derive(FreeSlotsView, "FreeSlots", "What is free, the soonest first.")
CALENDAR_ID = "The calendar's id, `cal_…`."

edge(loaders.calendar_by_slot, "calendar", "Its calendar. Needs `calendars:read`.")
edge(loaders.pillar_by_slot, "pillar", "The pillar whose posts take it. Needs `calendars:read`.")
edge(loaders.pillar_by_post, "pillar", "The pillar it stands on. Needs `calendars:read`.")


async def _queue(_: object, context: Context, given: dict[str, Any]) -> QueueView:
    calendar_id = read_id("cal", "id", given["id"])
    async with context.turn() as session:
        return await queue.get_queue(session, context.caller, calendar_id)


async def _free_slots(_: object, context: Context, given: dict[str, Any]) -> FreeSlotsView:
    calendar_id = read_id("cal", "id", given["id"])
    pillar: UUID | None = (
        read_id("pil", "pillar_id", given["pillar_id"]) if given.get("pillar_id") else None
    )
    count, now = given["count"], context.now
    async with context.turn() as session:
        return await queue.list_free_slots(
            session, context.caller, calendar_id, count=count, pillar_id=pillar, now=now
        )


QUERIES = (
    single("slot", SLOT, slots.get_slot, "One slot. Needs `calendars:read`.", prefix="slot"),
    listing(
        "slots",
        SLOT,
        slots.list_slots,
        "The slots, oldest first. Needs `calendars:read`.",
        filters={"calendar_ids": "Only of these calendars."},
        order=Order(slots.OLDEST_FIRST.name, ("created_at", "id")),
    ),
    asking(
        "queue",
        QUEUE | None,
        "What waits in a calendar's slots, in the order it goes out. Needs `calendars:read`.",
        _queue,
        [argument("id", strawberry.ID, CALENDAR_ID)],
    ),
    asking(
        "free_slots",
        FREE | None,
        "The next slots that are free. Needs `calendars:read`.",
        _free_slots,
        [
            argument("id", strawberry.ID, CALENDAR_ID),
            argument("count", int, f"How many, 1 to {MOST_FREE}.", 10),
            argument("pillar_id", strawberry.ID | None, "For a post of this pillar.", None),
        ],
    ),
)

MUTATIONS = (
    Mutation(
        "create_slot",
        slots.create_slot,
        "Makes a slot. Needs `calendars:write`.",
        gives=SLOT,
        shown="slot",
    ),
    Mutation(
        "change_slot",
        slots.change_slot,
        "Changes only what is sent; posts that wait keep their time. Needs `calendars:write`.",
        prefix="slot",
        gives=SLOT,
        shown="slot",
        needs_version=True,
    ),
    Mutation(
        "remove_slot",
        slots.remove_slot,
        "Removes a slot; posts that wait in it keep their time. Needs `calendars:write`.",
        prefix="slot",
    ),
    Mutation(
        "queue_post",
        queue.queue_post,
        "Schedules a post at the next slot that is free and suits it. Needs `posts:publish`.",
        prefix="post",
        gives=POST,
        shown="post",
    ),
    Mutation(
        "pause_queue",
        queue.pause_queue,
        "Takes what is queued off its time; it goes on as it was queued. Needs `posts:publish`.",
        prefix="cal",
        gives=QUEUE,
        shown="queue",
    ),
    Mutation(
        "resume_queue",
        queue.resume_queue,
        "Gives what was held back the next free slots, in order. Needs `posts:publish`.",
        prefix="cal",
        gives=QUEUE,
        shown="queue",
    ),
)
