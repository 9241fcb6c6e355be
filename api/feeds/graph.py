"""Links to calendars in the graph."""

from api.feeds import loaders
from api.graph.changes import Mutation
from api.graph.derive import derive
from api.graph.lists import single
from api.graph.relations import edge
from domain.feeds import queries, service
from domain.feeds.shapes import CalendarFeedView, NewCalendarFeed

CALENDAR_FEED = derive(
    CalendarFeedView,
    "CalendarFeed",
    "A link by which calendar programs read a calendar.",
    find=queries.feeds_by_id,
)
NEW_CALENDAR_FEED = derive(
    NewCalendarFeed, "NewCalendarFeed", "A link and its address, shown only once."
)

edge(
    loaders.feeds_by_calendar,
    "feeds",
    "Its links for calendar programs, oldest first. Needs `calendars:read`.",
)
edge(
    loaders.calendar_by_feed,
    "calendar",
    "The calendar it shows. Needs `calendars:read`.",
)

QUERIES = (
    single(
        "calendar_feed",
        CALENDAR_FEED,
        queries.get_feed,
        "One link to a calendar. Needs `calendars:read`.",
        prefix="feed",
    ),
)

MUTATIONS = (
    Mutation(
        "create_calendar_feed",
        service.create_feed,
        "Makes a link to a calendar for calendar programs. Needs `calendars:write`.",
        prefix="cal",
        gives=NEW_CALENDAR_FEED,
        shown="feed",
    ),
    Mutation(
        "revoke_calendar_feed",
        service.revoke_feed,
        "Revokes a link: who holds it finds nothing from now on. Needs `calendars:write`.",
        prefix="feed",
    ),
)
