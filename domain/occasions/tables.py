"""Calendars of other people that are subscribed to, and the occasions in them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, json, moment, string


class EventCalendar(Kept, table=True):
    """A feed of a community's occasions; `act_at` is when it is read next."""

    __tablename__ = "event_calendars"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        UniqueConstraint("workspace_id", "community_id", "url", name="event_calendars_url"),
        Index("event_calendars_by_created", "workspace_id", "created_at", "id"),
        Index("event_calendars_of_community", "workspace_id", "community_id", "created_at", "id"),
        Index(
            "event_calendars_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
    )

    community_id: UUID
    name: str = string()
    url: str = string()
    proposes_days_before: int | None = Field(default=None)
    act_at: datetime | None = moment(nullable=True)
    read_at: datetime | None = moment(default=None, nullable=True)
    """When it was last read well."""
    read_until: datetime | None = moment(default=None, nullable=True)
    """How far ahead it was looked into then."""
    read_by: str = string(default="")
    """The community's zone and the rules of zones by which that was done."""
    etag: str = string(default="")
    modified: str = string(default="")
    problem: dict[str, Any] | None = json(default=None, nullable=True)
    failures: int = Field(default=0)
    """Readings in a row that went wrong."""


class Occasion(Kept, table=True):
    """One time at which something happens. `act_at` is when it is to be told of as near."""

    __tablename__ = "occasions"
    __table_args__ = (
        belongs_to("event_calendars", "event_calendar_id", "CASCADE"),
        UniqueConstraint(
            "workspace_id", "event_calendar_id", "uid", "recurrence", name="occasions_once"
        ),
        Index("occasions_in_time", "workspace_id", "starts_at", "id"),
        Index("occasions_of_community", "workspace_id", "community_id", "starts_at", "id"),
        Index("occasions_of_calendar", "workspace_id", "event_calendar_id", "starts_at", "id"),
        Index(
            "occasions_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
    )

    community_id: UUID
    event_calendar_id: UUID
    uid: str = string()
    recurrence: str = string()
    """Which time of a series, by its first plan (RECURRENCE-ID); empty where there is one alone."""
    title: str = string()
    description: str = string()
    place: str = string()
    url: str | None = string(nullable=True)
    is_all_day: bool
    starts_on: date
    ends_on: date
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    time_zone: str | None = string(nullable=True)
    propose_on: date | None = Field(default=None)
    proposed_at: datetime | None = moment(default=None, nullable=True)
    act_at: datetime | None = moment(default=None, nullable=True)
