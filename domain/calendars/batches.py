"""Calendars of many communities at once, in one statement."""

from sqlmodel import col

from domain.calendars.shapes import CalendarView
from domain.calendars.tables import Calendar
from domain.kernel.batches import ById, OfEach
from domain.kernel.caller import Scope

OLDEST_FIRST = (col(Calendar.created_at), col(Calendar.id))

calendars_by_id = ById(Calendar, CalendarView, Scope.CALENDARS_READ).read
calendars_by_community = OfEach(
    Calendar, CalendarView, Scope.CALENDARS_READ, "community_id", OLDEST_FIRST
).first
