"""Relations of links to calendars."""

from api.graph.pages import Order
from api.graph.relations import Many, One
from domain.calendars.batches import calendars_by_id
from domain.calendars.shapes import CalendarView
from domain.feeds import queries
from domain.feeds.shapes import CalendarFeedView

feeds_by_calendar = Many(
    owner=CalendarView,
    target=CalendarFeedView,
    order=Order(queries.IN_ORDER.name, ("id",)),
    page_size=20,
    first=queries.feeds_by_calendar,
    more=queries.list_feeds,
)
calendar_by_feed = One(CalendarFeedView, CalendarView, "calendar_id", calendars_by_id)
