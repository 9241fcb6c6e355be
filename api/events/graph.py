"""The event log in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.scalars import Big
from domain.events import queries
from domain.events.shapes import EventView

EVENT = derive(
    EventView,
    "Event",
    "Something that happened in the workspace.",
    find=queries.events_by_id,
    as_types={"number": Big},
)

QUERIES = (
    single("event", EVENT, queries.get_event, "One event. Needs `events:read`.", prefix="evt"),
    listing(
        "events",
        EVENT,
        queries.list_events,
        "The log of everything that happened, oldest first. The last page has an `endCursor` "
        "too, even when it is empty: go on from it and nothing is missed. Needs `events:read`.",
        filters={
            "kinds": "Only these kinds, such as `post.published`.",
            "subject_kinds": "Only about these kinds of things, such as `post`.",
            "subjects": "Only about these things, by their ids.",
            "since": "Only from this moment on.",
        },
        order=Order(queries.IN_ORDER.name, ("number",)),
    ),
)

MUTATIONS: tuple[Mutation, ...] = ()
