"""When slots come round: pure, in the wall time of their calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from uuid import UUID

from domain.kernel.clock import resolve, zone

FURTHEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """Monday is 1, as in ISO 8601."""

    id: UUID
    weekday: int
    wall_time: time
    pillar_id: UUID | None


@dataclass(frozen=True, slots=True)
class Occurrence:
    slot: WeeklySlot
    occurs_on: date
    at: datetime

    @property
    def wall_time(self) -> datetime:
        return datetime.combine(self.occurs_on, self.slot.wall_time)


def suits(slot: WeeklySlot, pillar_id: UUID | None) -> bool:
    """Whether a post of this pillar may take the slot: an open one takes any."""
    return slot.pillar_id is None or slot.pillar_id == pillar_id


def occurrences(
    slots: Sequence[WeeklySlot], zone_name: str, *, after: datetime
) -> Iterator[Occurrence]:
    """What comes after a moment, in order, for the next 400 days.

    In the gap of a clock change a slot comes at the next valid moment, in an overlap once.
    """
    first = after.astimezone(zone(zone_name)).date()
    for days in count(-1):
        day = first + timedelta(days=days)
        if day > first + FURTHEST:
            return
        today = [slot for slot in slots if slot.weekday == day.isoweekday()]
        for slot in sorted(today, key=lambda slot: slot.wall_time):
            at = resolve(datetime.combine(day, slot.wall_time), zone_name)
            if at > after:
                yield Occurrence(slot, day, at)
