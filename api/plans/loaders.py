"""Relations of slots and recurrences."""

from api.graph.relations import One
from domain.calendars import batches, pillars
from domain.calendars.shapes import CalendarView, PillarView
from domain.plans import recurrences
from domain.plans.recurrence_shapes import RecurrenceView
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
calendar_by_recurrence = One(
    name="calendar_by_id",
    owner=RecurrenceView,
    target=CalendarView,
    key="calendar_id",
    find=batches.calendars_by_id,
)
pillar_by_recurrence = One(
    name="pillar_by_id",
    owner=RecurrenceView,
    target=PillarView,
    key="pillar_id",
    find=pillars.pillars_by_id,
)
recurrence_by_post = One(
    name="recurrence_by_id",
    owner=PostView,
    target=RecurrenceView,
    key="recurrence_id",
    find=recurrences.recurrences_by_id,
)
