"""Plans: weekly slots of calendars, and the places that queued posts take in them."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Index, Time, UniqueConstraint
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, moment


class Slot(Kept, table=True):
    """A moment of every week at which a calendar speaks."""

    __tablename__ = "slots"
    __table_args__ = (
        belongs_to("calendars", "calendar_id", "CASCADE"),
        belongs_to("pillars", "pillar_id"),
        UniqueConstraint("workspace_id", "calendar_id", "weekday", "wall_time", name="slots_time"),
        Index("slots_by_created", "workspace_id", "created_at", "id"),
    )

    calendar_id: UUID
    pillar_id: UUID | None = Field(default=None)
    """Only posts of this pillar take it; null: any."""
    weekday: int
    wall_time: time = Field(sa_type=Time(timezone=False))
    is_paused: bool = Field(default=False)


class QueuePlace(Kept, table=True):
    """A post in the queue of its calendar; its id is the post's.

    It counts while the post still waits for that very time: a post that was moved, cancelled or
    taken out leaves a place that the next one may take.
    """

    __tablename__ = "queue_places"
    __table_args__ = (
        belongs_to("posts", "id", "CASCADE"),
        belongs_to("slots", "slot_id", "CASCADE"),
        UniqueConstraint("workspace_id", "slot_id", "occurs_on", name="queue_places_once"),
        Index("queue_places_in_order", "workspace_id", "calendar_id", "created_at", "id"),
    )

    calendar_id: UUID
    not_before: datetime | None = moment(nullable=True)
    """Its slots come from this moment on; null: from when it is placed."""
    slot_id: UUID | None = Field(default=None)
    """Null while the queue is paused."""
    occurs_on: date | None = Field(default=None)
    planned_at: datetime | None = moment(nullable=True)
    """The moment it was given: a post that waits for another was moved by hand."""


class Queue(Kept, table=True):
    """How a calendar's queue stands; its id is the calendar's. None is there before a pause."""

    __tablename__ = "queues"
    __table_args__ = (belongs_to("calendars", "id", "CASCADE"),)

    is_paused: bool = Field(default=False)
