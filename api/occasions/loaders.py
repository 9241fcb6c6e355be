"""Relations of calendars that are followed, and of their occasions."""

from api.graph.relations import One
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.occasions.queries import event_calendars_by_id
from domain.occasions.shapes import EventCalendarView, OccasionView

community_by_event_calendar = One(
    EventCalendarView, CommunityView, "community_id", communities_by_id
)
event_calendar_by_occasion = One(
    OccasionView, EventCalendarView, "event_calendar_id", event_calendars_by_id
)
