"""Communities: the people a brand gathers, and the zone its days are cut in."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint

from domain.kernel.tables import Kept, moment, string, texts


class Community(Kept, table=True):
    __tablename__ = "communities"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "slug", name="communities_slug"),
        Index("communities_by_name", "workspace_id", "name", "id"),
        Index("communities_by_created", "workspace_id", "created_at", "id"),
    )

    name: str = string()
    slug: str = string()
    description: str = string()
    time_zone: str = string()
    languages: list[str] = texts()
    archived_at: datetime | None = moment(nullable=True)
