"""Uploads: what is on its way to become a picture or a video."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, big, moment, string


class Upload(Kept, table=True):
    """`actor` began it, and nobody else goes on with it. The medium it becomes bears its id."""

    __tablename__ = "uploads"
    __table_args__ = (
        belongs_to("media", "media_id", "SET NULL"),
        Index("uploads_of_media", "workspace_id", "media_id"),
        Index("uploads_by_expiry", "workspace_id", "expires_at"),
        Index(
            "uploads_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
    )

    actor: str = string()
    way: str = string()
    state: str = string()
    file_name: str = string()
    alt_text: str | None = string(nullable=True)
    size_bytes: int = big()
    offset_bytes: int = big(default=0)
    """How much lies on the disk for good: the file may be longer, and is never shorter."""
    expires_at: datetime = moment()
    act_at: datetime | None = moment(nullable=True)
    """When a worker must look at it next; null: nothing is left to do."""
    problem_code: str | None = string(nullable=True)
    problem: str | None = string(nullable=True)
    media_id: UUID | None = Field(default=None, nullable=True)
