"""Which rules of time zones the plans of a workspace were computed by, one row a workspace."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from domain.kernel.tables import moment, string


class ZoneRules(SQLModel, table=True):
    """`version` holds for every plan; `coming` for those before the place that was reached."""

    __tablename__ = "zone_rules"

    workspace_id: UUID = Field(primary_key=True)
    version: str = string()
    """Of the tz data, such as `2026f`; empty before the first pass."""
    coming: str | None = string(default=None, nullable=True)
    reached_at: datetime | None = moment(default=None, nullable=True)
    """Null once the posts are through: `reached_id` is of upkeep then."""
    reached_id: UUID | None = Field(default=None)
