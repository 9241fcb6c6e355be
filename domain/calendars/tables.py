"""Content calendars of communities, and the pillars they stand on."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, string


class Calendar(Kept, table=True):
    __tablename__ = "calendars"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        Index("calendars_by_created", "workspace_id", "created_at", "id"),
        Index("calendars_by_community", "workspace_id", "community_id", "created_at", "id"),
    )

    community_id: UUID
    name: str = string()
    description: str = string()
    colour: str = string()
    time_zone: str = string()
    catch_up: str = string(default="publish")
    catch_up_after_min: int = Field(default=60)


class Pillar(Kept, table=True):
    """A theme a calendar comes back to, and what it is for."""

    __tablename__ = "pillars"
    __table_args__ = (
        belongs_to("calendars", "calendar_id", "CASCADE"),
        UniqueConstraint("workspace_id", "calendar_id", "name", name="pillars_name"),
        Index("pillars_by_created", "workspace_id", "created_at", "id"),
    )

    calendar_id: UUID
    name: str = string()
    colour: str = string()
    objective: str = string()
    share_percent: int | None = Field(default=None)
