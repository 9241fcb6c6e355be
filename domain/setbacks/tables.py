"""Work at which a worker broke, and when it is tried again; gone once it went well."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.tables import belongs_to, moment, string
from domain.setbacks.rules import PATIENCE


class Setback(SQLModel, table=True):
    """Of one row that a kind of work looks after: a post, an update, a review or a delivery."""

    __tablename__ = "setbacks"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        Index(
            "setbacks_shown",
            "workspace_id",
            "since",
            "subject_id",
            postgresql_where=sql(f"failures >= {PATIENCE}"),
        ),
    )

    workspace_id: UUID = Field(primary_key=True)
    work: str = string(primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    community_id: UUID
    post_id: UUID | None = None
    failures: int = Field(default=0)
    """In a row."""
    reason: str = string(default="")
    """What kind of error it was last; never its words, which may hold secrets."""
    since: datetime = moment()
    next_at: datetime = moment()
