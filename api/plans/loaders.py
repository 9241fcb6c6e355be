"""Relations of slots."""

from api.graph.relations import One
from domain.calendars import batches, pillars
from domain.calendars.shapes import CalendarView, PillarView
from domain.plans.shapes import SlotView
from domain.posts.shapes import PostView

calendar_by_slot = One(
    name="calendar_by_id",
    owner=SlotView,
    target=CalendarView,
    key="calendar_id",
    find=batches.calendars_by_id,
)
pillar_by_slot = One(
    name="pillar_by_id",
    owner=SlotView,
    target=PillarView,
    key="pillar_id",
    find=pillars.pillars_by_id,
)
pillar_by_post = One(
    name="pillar_by_id",
    owner=PostView,
    target=PillarView,
    key="pillar_id",
    find=pillars.pillars_by_id,
)
