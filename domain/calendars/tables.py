"""Content calendars of communities."""

from uuid import UUID

from sqlalchemy import Index

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
