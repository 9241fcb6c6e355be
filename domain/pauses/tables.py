"""Pauses: what is kept from going out, by whom and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, moment, string


class Pause(Kept, table=True):
    """It covers what is of all that stand here; all three null: everything.

    Of a calendar or an account, its community stands here too.
    """

    __tablename__ = "pauses"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("calendars", "calendar_id", "CASCADE"),
        belongs_to("accounts", "account_id", "CASCADE"),
        Index("pauses_by_created", "workspace_id", "created_at", "id"),
        Index(
            "pauses_open",
            "workspace_id",
            "community_id",
            "calendar_id",
            "account_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sql("ended_at IS NULL"),
        ),
    )

    community_id: UUID | None = Field(default=None)
    calendar_id: UUID | None = Field(default=None)
    account_id: UUID | None = Field(default=None)
    reason: str = string()
    paused_by: str = string()
    ended_at: datetime | None = moment(default=None, nullable=True)
    ended_by: str | None = string(default=None, nullable=True)
