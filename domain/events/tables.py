"""The event log and the counter that numbers it, one row a workspace."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from domain.kernel.tables import big, json, moment, string


class EventCounter(SQLModel, table=True):
    __tablename__ = "event_counters"

    workspace_id: UUID = Field(primary_key=True)
    last_number: int = big()


class Event(SQLModel, table=True):
    """Append-only. `number` is gap-free and in the order of commits within a workspace."""

    __tablename__ = "events"
    __table_args__ = (
        Index("events_by_age", "workspace_id", "occurred_at"),
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
