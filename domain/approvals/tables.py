"""Reviews of what posts say, one for each submission, and the links of those who are asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, TenantRow, belongs_to, json, moment, string


class Review(Kept, table=True):
    """`steps` is what its policies said when it was submitted; members are named by value."""

    __tablename__ = "reviews"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        belongs_to("post_versions", "post_version_id", on_delete="CASCADE"),
        Index("reviews_of_post", "workspace_id", "post_id", "id"),
        Index("reviews_of_community", "workspace_id", "community_id", "id"),
        Index("reviews_by_state", "workspace_id", "state", "id"),
        Index(
            "reviews_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
        Index(
            "reviews_open",
            "workspace_id",
            "post_id",
            unique=True,
            postgresql_where=sql("state = 'open'"),
        ),
    )

    community_id: UUID
    post_id: UUID
    post_version_id: UUID
    state: str = string()
    note: str = string()
    language: str = string()
    submitted_by: UUID | None = None
    steps: list[dict[str, Any]] = json()
    step: int
    department_id: UUID | None = None
    """Whom the present step asks: a department, or `member_ids`."""
    member_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    due_at: datetime = moment()
    act_at: datetime | None = moment(default=None, nullable=True)
    """When a worker reminds those who are asked next; null: not any more."""
    reminders: int = Field(default=0)
    """How many of the present step were sent by themselves."""
    decisions: list[dict[str, Any]] = json()
    seen: list[dict[str, Any]] = json(default=[])


class ReviewLink(TenantRow, table=True):
    """One member's way to decide one step without signing in."""

    __tablename__ = "review_links"
    __table_args__ = (
        belongs_to("reviews", "review_id", on_delete="CASCADE"),
        UniqueConstraint("workspace_id", "fingerprint", name="review_links_fingerprint"),
        Index("review_links_of_review", "workspace_id", "review_id", "id"),
    )

    review_id: UUID
    step: int
    member_id: UUID
    fingerprint: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    seen_at: datetime | None = moment(default=None, nullable=True)
