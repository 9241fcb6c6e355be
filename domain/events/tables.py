"""The event log and the counter that numbers it, one row a workspace."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, LargeBinary
from sqlmodel import Field, SQLModel

from domain.kernel.tables import big, json, moment, string


class EventCounter(SQLModel, table=True):
    __tablename__ = "event_counters"

    workspace_id: UUID = Field(primary_key=True)
    last_number: int = big()
    last_hashes: list[bytes] = Field(sa_type=ARRAY(LargeBinary))
    """Of the events that were written last, together: the very last is the head of the chain."""
    forgotten_number: int = big(default=0)
    """The last event that the retention deleted; its hash is where the chain is tied up."""
    forgotten_hash: bytes = Field(sa_type=LargeBinary)


class Event(SQLModel, table=True):
    """Append-only. `number` is gap-free and in the order of commits within a workspace.

    `hash` binds each to the one before it: see `domain/audit/chain.py`.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("events_by_age", "workspace_id", "occurred_at"),
        Index("events_by_subject", "workspace_id", "subject_id", "number"),
        Index("events_of_kind", "workspace_id", "kind", "number"),
        Index("events_about_kind", "workspace_id", "subject_kind", "number"),
        Index("events_by_id", "workspace_id", "id", unique=True),
    )

    workspace_id: UUID = Field(primary_key=True)
    number: int = big(primary_key=True)
    id: UUID
    kind: str = string()
    subject_kind: str = string()
    subject_id: UUID
    actor: str = string()
    occurred_at: datetime = moment()
    data: dict[str, Any] = json()
    trace: str | None = string(nullable=True)
    origin: dict[str, str] | None = json(nullable=True)
    """`address` and `application`: whence it was done. Personal data; goes with the event."""
    hash: bytes = Field(sa_type=LargeBinary)
