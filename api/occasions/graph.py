"""Calendars that are followed and their occasions in the graph."""

from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from api.occasions import loaders
from domain.occasions import queries, service
from domain.occasions.shapes import EventCalendarView, OccasionView

EVENT_CALENDAR = derive(
    EventCalendarView,
    "EventCalendar",
    "A calendar of others that a community follows.",
    find=queries.event_calendars_by_id,
)
OCCASION = derive(
    OccasionView,
    "Occasion",
    "Something that happens around a community.",
    find=queries.occasions_by_id,
)

edge(
    loaders.community_by_event_calendar,
    "community",
    "The community that follows it. Needs `communities:read`.",
)
edge(
    loaders.event_calendar_by_occasion,
    "event_calendar",
    "The calendar that tells of it. Needs `calendars:read`.",
)

QUERIES = (
    single(
        "event_calendar",
        EVENT_CALENDAR,
        queries.get_event_calendar,
        "One calendar that is followed. Needs `calendars:read`.",
        prefix="evc",
    ),
    listing(
        "event_calendars",
        EVENT_CALENDAR,
        queries.list_event_calendars,
        "The calendars that are followed, oldest first. Needs `calendars:read`.",
        filters={"community_ids": "Only of these communities."},
        order=Order(queries.OLDEST_FIRST.name, ("created_at", "id")),
    ),
    single(
        "occasion",
        OCCASION,
        queries.get_occasion,
        "One occasion. Needs `calendars:read`.",
        prefix="occ",
    ),
    listing(
        "occasions",
        OCCASION,
        queries.list_occasions,
        "What goes on between two moments, by its beginning. Needs `calendars:read`.",
        filters={
            "since": "The first moment of the window.",
            "until": "The end of the window, at most 400 days later.",
            "community_ids": "Only of these communities.",
            "event_calendar_ids": "Only of these calendars.",
        },
        order=Order(queries.BY_TIME.name, ("starts_at", "id")),
    ),
)

MUTATIONS = (
    Mutation(
        "create_event_calendar",
        service.create_event_calendar,
        "Follows a calendar; a worker reads it at once. Needs `calendars:write`.",
        gives=EVENT_CALENDAR,
        shown="event_calendar",
    ),
    Mutation(
        "change_event_calendar",
        service.change_event_calendar,
        "Changes only what is sent. Needs `calendars:write`.",
        prefix="evc",
        gives=EVENT_CALENDAR,
        shown="event_calendar",
        needs_version=True,
    ),
    Mutation(
        "pull_event_calendar",
        service.pull_event_calendar,
        "Has a calendar read now. Needs `calendars:write`.",
        prefix="evc",
        gives=EVENT_CALENDAR,
        shown="event_calendar",
    ),
    Mutation(
        "remove_event_calendar",
        service.remove_event_calendar,
        "Follows a calendar no longer: its occasions go with it. Needs `calendars:write`.",
        prefix="evc",
    ),
)
