"""Relations of calendars."""

from api.graph.pages import Order
from api.graph.relations import Many, One
from domain.calendars import batches, queries
from domain.calendars.shapes import CalendarView, PillarView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView

calendars_by_community = Many(
    owner=CommunityView,
    target=CalendarView,
    order=Order(queries.OLDEST_FIRST.name, ("created_at", "id")),
    page_size=20,
    first=batches.calendars_by_community,
    more=lambda session, caller, owner, page: queries.list_calendars(
        session, caller, page, community_ids=[owner]
    ),
)
community_by_calendar = One(CalendarView, CommunityView, "community_id", communities_by_id)
calendar_by_pillar = One(PillarView, CalendarView, "calendar_id", batches.calendars_by_id)
