"""Slots and queues: commands in, views out."""

import re
from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.kernel.clock import Day, Moment, WallTime
from domain.kernel.ids import CalendarId, Own, PillarId, PostId, SlotId
from domain.kernel.shapes import Change, Command, View, may_change

TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MOST_FREE = 50


def _time_of_day(value: object) -> object:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and re.fullmatch(TIME_OF_DAY, value):
        return time.fromisoformat(value)
    raise PydanticCustomError("time_of_day", "Send a time of day such as 09:30.")


TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": TIME_OF_DAY, "maxLength": 5, "examples": ["09:30"]}
    ),
]
Weekday = Annotated[int, Field(ge=1, le=7, examples=[2])]


class SlotView(View):
    id: SlotId = Field(description="The slot's id.")
    calendar_id: CalendarId = Field(description="The calendar it belongs to.")
    pillar_id: PillarId | None = Field(description="Only posts of this pillar; null: any.")
    weekday: int = Field(description="Day of the week, Monday 1 to Sunday 7.")
    wall_time: TimeOfDay = Field(description="Time of day in the calendar's zone.")
    is_paused: bool = Field(description="Whether it is passed over.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateSlot(Command):
    id: Own[SlotId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    calendar_id: CalendarId = Field(description="The calendar it belongs to.")
    weekday: Weekday = Field(description="Day of the week, Monday 1 to Sunday 7.")
    wall_time: TimeOfDay = Field(description="Time of day in the calendar's zone.")
    pillar_id: PillarId | None = Field(
        default=None, description="Only posts of this pillar take it; left out: any."
    )
    is_paused: bool = Field(default=False, description="Whether it is passed over.")


class ChangeSlot(Change):
    weekday: Weekday = may_change("Day of the week; posts that wait keep their time.")
    wall_time: TimeOfDay = may_change("Time of day; posts that wait keep their time.")
    pillar_id: PillarId | None = may_change("Only posts of this pillar; null: any.")
    is_paused: bool = may_change("Whether it is passed over.")


class FreeSlotView(View):
    """One coming moment of a slot that no post has taken."""

    slot_id: SlotId = Field(description="The slot.")
    occurs_on: Day = Field(description="The day it comes round.")
    wall_time: WallTime = Field(description="Its time on the clock of the calendar's zone.")
    time_zone: str = Field(description="The calendar's IANA zone.")
    at: Moment = Field(description="The same in UTC.")


class FreeSlotsView(View):
    slots: list[FreeSlotView] = Field(description="What is free, the soonest first.")


class QueuePost(Command):
    """Puts a post into the next slot that is free and suits its pillar."""

    not_before: Moment | None = Field(
        default=None, description="Only slots at this moment and after; left out: from now on."
    )


class QueuePlaceView(View):
    """Where a post waits in a queue."""

    post_id: PostId = Field(description="The post.")
    slot_id: SlotId | None = Field(description="The slot it takes; null while it is paused.")
    occurs_on: Day | None = Field(description="The day; null while the queue is paused.")
    publish_at: Moment | None = Field(description="When it goes out; null while it is paused.")


class QueueView(View):
    calendar_id: CalendarId = Field(description="The calendar whose queue it is.")
    is_paused: bool = Field(description="Whether nothing of it goes out.")
    places: list[QueuePlaceView] = Field(description="What waits, in the order it goes out.")
