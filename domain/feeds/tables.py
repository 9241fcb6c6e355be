"""Links by which calendar programs read a calendar without a seat."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from domain.kernel.tables import TenantRow, belongs_to, moment, string


class CalendarFeed(TenantRow, table=True):
    """One link. It is never changed: who wants another makes another and removes this one."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        belongs_to("calendars", "calendar_id", "CASCADE"),
        UniqueConstraint("workspace_id", "fingerprint", name="calendar_feeds_fingerprint"),
        Index("calendar_feeds_of_calendar", "workspace_id", "calendar_id", "id"),
    )

    calendar_id: UUID
    name: str = string()
    fingerprint: bytes = Field(sa_type=LargeBinary)
    hint: str = string()
    shows_drafts: bool
    shows_text: bool
    made_by: UUID | None = Field(default=None)
    """The member who made it, by value; None: a token did."""
    created_at: datetime = moment()
