"""Content calendars in the graph."""

from api.calendars import loaders
from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from domain.calendars import batches, pillars, queries, service
from domain.calendars.shapes import CalendarView, PillarView

CALENDAR = derive(
    CalendarView,
    "Calendar",
    "A plan of what a community is told, and when.",
    find=batches.calendars_by_id,
)

PILLAR = derive(
    PillarView,
    "Pillar",
    "A theme a calendar comes back to, and what it is for.",
    find=pillars.pillars_by_id,
)

edge(
    loaders.calendar_by_pillar,
    "calendar",
    "The calendar that stands on it. Needs `calendars:read`.",
)
edge(
    loaders.calendars_by_community,
    "calendars",
    "Its calendars, oldest first. Needs `calendars:read`.",
)
edge(
    loaders.community_by_calendar,
    "community",
    "The community it plans for. Needs `communities:read`.",
)

QUERIES = (
    single(
        "calendar",
        CALENDAR,
        queries.get_calendar,
        "One calendar. Needs `calendars:read`.",
        prefix="cal",
    ),
    listing(
        "calendars",
        CALENDAR,
        queries.list_calendars,
        "The calendars, oldest first. Needs `calendars:read`.",
        filters={"community_ids": "Only of these communities."},
        order=Order(queries.OLDEST_FIRST.name, ("created_at", "id")),
    ),
    single(
        "pillar",
        PILLAR,
        pillars.get_pillar,
        "One pillar. Needs `calendars:read`.",
        prefix="pil",
    ),
    listing(
        "pillars",
        PILLAR,
        pillars.list_pillars,
        "The pillars, oldest first. Needs `calendars:read`.",
        filters={"calendar_ids": "Only of these calendars."},
        order=Order(pillars.OLDEST_FIRST.name, ("created_at", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "create_calendar",
        service.create_calendar,
        "Makes a calendar. Needs `calendars:write`.",
        gives=CALENDAR,
        shown="calendar",
    ),
    Mutation(
        "change_calendar",
        service.change_calendar,
        "Changes only what is sent. Needs `calendars:write`.",
        prefix="cal",
        gives=CALENDAR,
        shown="calendar",
        needs_version=True,
    ),
    Mutation(
        "remove_calendar",
        service.remove_calendar,
        "Removes an empty calendar; `in_use` while posts stand in it. Needs `calendars:write`.",
        prefix="cal",
    ),
    Mutation(
        "create_pillar",
        pillars.create_pillar,
        "Makes a pillar. Needs `calendars:write`.",
        gives=PILLAR,
        shown="pillar",
    ),
    Mutation(
        "change_pillar",
        pillars.change_pillar,
        "Changes only what is sent. Needs `calendars:write`.",
        prefix="pil",
        gives=PILLAR,
        shown="pillar",
        needs_version=True,
    ),
    Mutation(
        "remove_pillar",
        pillars.remove_pillar,
        "Removes a pillar; `in_use` while posts or slots stand on it. Needs `calendars:write`.",
        prefix="pil",
    ),
)
