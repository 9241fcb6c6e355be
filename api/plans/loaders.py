"""Relations of slots and recurrences."""

from api.graph.relations import One
from domain.calendars import batches, pillars
from domain.calendars.shapes import CalendarView, PillarView
from domain.plans import recurrences
from domain.plans.recurrence_shapes import RecurrenceView
from domain.plans.shapes import SlotView
from domain.posts.shapes import PostView

calendar_by_slot = One(SlotView, CalendarView, "calendar_id", batches.calendars_by_id)
pillar_by_slot = One(SlotView, PillarView, "pillar_id", pillars.pillars_by_id)
pillar_by_post = One(PostView, PillarView, "pillar_id", pillars.pillars_by_id)
calendar_by_recurrence = One(RecurrenceView, CalendarView, "calendar_id", batches.calendars_by_id)
pillar_by_recurrence = One(RecurrenceView, PillarView, "pillar_id", pillars.pillars_by_id)
recurrence_by_post = One(PostView, RecurrenceView, "recurrence_id", recurrences.recurrences_by_id)
