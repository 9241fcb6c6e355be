"""Plans: weekly slots, the places that queued posts take in them, and what recurs."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Time, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, json, moment, string, texts, wall_time


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

    It counts while the post stands in that calendar and has that very time: a post that was moved,
    cancelled or taken out leaves a place that the next one may take.
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
    """The moment it was given, kept by a pause: a post that has another was moved by hand."""


class Queue(Kept, table=True):
    """How a calendar's queue stands; its id is the calendar's. None is there before a pause."""

    __tablename__ = "queues"
    __table_args__ = (belongs_to("calendars", "id", "CASCADE"),)

    is_paused: bool = Field(default=False)


class Recurrence(Kept, table=True):
    """What is said again and again: a post as a template, and a rule that says when."""

    __tablename__ = "recurrences"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("calendars", "calendar_id"),
        belongs_to("pillars", "pillar_id"),
        belongs_to("campaigns", "campaign_id"),
        Index("recurrences_by_created", "workspace_id", "created_at", "id"),
        Index("recurrences_of_calendar", "workspace_id", "calendar_id", "created_at", "id"),
        Index("recurrences_of_community", "workspace_id", "community_id", "created_at", "id"),
        Index(
            "recurrences_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
    )

    community_id: UUID
    calendar_id: UUID
    pillar_id: UUID | None = Field(default=None)
    campaign_id: UUID | None = Field(default=None)
    title: str = string()
    text: str = string()
    language: str | None = string(nullable=True)
    labels: list[str] = texts()
    link_url: str | None = string(nullable=True)
    media_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    adaptations: list[dict[str, Any]] = json(default=[])
    variants: list[dict[str, Any]] = json()
    variations: list[dict[str, Any]] = json()
    spacing_days: int
    rule: str = string()
    starts_at: datetime = wall_time()
    time_zone: str = string()
    revision: int = Field(default=1)
    """Counts what people changed: posts that say an earlier one are brought along."""
    made_until: datetime = moment()
    """Up to this moment its posts were made."""
    act_at: datetime | None = moment(nullable=True)
    """When a worker must look at it next; null: nothing more comes."""
    needs_variation: bool = Field(default=False)
    problem: dict[str, Any] | None = json(nullable=True)


class Occurrence(Kept, table=True):
    """One time at which a recurrence comes, and what became of it: made once, whoever makes it."""

    __tablename__ = "occurrences"
    __table_args__ = (
        belongs_to("recurrences", "recurrence_id", "CASCADE"),
        belongs_to("posts", "post_id", "SET NULL"),
        UniqueConstraint("workspace_id", "recurrence_id", "occurs_at", name="occurrences_once"),
        Index("occurrences_in_time", "workspace_id", "recurrence_id", "at"),
        Index("occurrences_by_post", "workspace_id", "post_id"),
    )

    recurrence_id: UUID
    occurs_at: datetime = wall_time()
    at: datetime = moment()
    post_id: UUID | None = Field(default=None)
    """Null where none could be made, or a person removed it."""
    post_version: int | None = Field(default=None)
    """The version we left the post at: at another, a person has changed it."""
    made_for: int = Field(default=1)
    """The revision of the recurrence that the post says."""
    is_own: bool = Field(default=False)
    """A person has changed or removed its post: it follows no longer."""
    variation: str | None = string(nullable=True)
    """The fingerprint of the variation it says."""
    problem: str | None = string(nullable=True)
    """The code of what kept it from being made or scheduled."""
