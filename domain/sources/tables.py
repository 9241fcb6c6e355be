"""What posts rest on: the sources they name, and the pages that are fetched for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, TenantRow, belongs_to, json, moment, string


class WatchedPage(TenantRow, table=True):
    """Fetched once for all that rest on it; `act_at` is when it is read next."""

    __tablename__ = "watched_pages"
    __table_args__ = (
        UniqueConstraint("workspace_id", "url", "entry", name="watched_pages_once"),
        Index(
            "watched_pages_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
        Index(
            "watched_pages_troubled",
            "workspace_id",
            "troubled_at",
            "id",
            postgresql_where=sql("troubled_at IS NOT NULL"),
        ),
        Index(
            "watched_pages_moved",
            "workspace_id",
            "moved_at",
            "id",
            postgresql_where=sql("moved_at IS NOT NULL"),
        ),
    )

    url: str = string()
    entry: str = string()
    """Which entry of a feed; empty: the page itself."""
    every_hours: int
    """The least of what is asked for by those that rest on it."""
    act_at: datetime | None = moment(nullable=True)
    etag: str = string(default="")
    modified: str = string(default="")
    fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    text: str = string(default="")
    read_at: datetime | None = moment(default=None, nullable=True)
    """When it was last read well."""
    difference: str | None = string(default=None, nullable=True)
    problem: dict[str, Any] | None = json(default=None, nullable=True)
    troubled_at: datetime | None = moment(default=None, nullable=True)
    """Since when a person must look; null: nobody need."""
    moved_to: str | None = string(default=None, nullable=True)
    """Where its server says that it is for good."""
    moved_at: datetime | None = moment(default=None, nullable=True)
    """Since when it says so."""
    failures: int = Field(default=0)
    """Readings in a row that went wrong."""


class Source(Kept, table=True):
    """That a post rests on a page."""

    __tablename__ = "sources"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        belongs_to("watched_pages", "page_id", on_delete="CASCADE"),
        UniqueConstraint("workspace_id", "post_id", "page_id", name="sources_once"),
        Index("sources_by_created", "workspace_id", "created_at", "id"),
        Index("sources_of_community", "workspace_id", "community_id", "created_at", "id"),
        Index("sources_on_page", "workspace_id", "page_id", "post_id"),
        Index(
            "sources_to_tell",
            "tell_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("tell_at IS NOT NULL"),
        ),
    )

    community_id: UUID
    post_id: UUID
    page_id: UUID
    every_hours: int
    changed_at: datetime | None = moment(default=None, nullable=True)
    """When it last changed since it was named."""
    tell_at: datetime | None = moment(default=None, nullable=True)
    """When its post is told of the newest change; null: it was."""
