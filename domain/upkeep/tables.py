"""What of posts is kept up to date: dates to look again, and updates of their public copies."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, TenantRow, belongs_to, moment, string, texts, wall_time


class Upkeep(Kept, table=True):
    """Of the post whose id it has; `act_at` is the sooner of what is to come."""

    __tablename__ = "upkeeps"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("posts", "id", on_delete="CASCADE"),
        Index(
            "upkeeps_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
        Index(
            "upkeeps_by_check",
            "workspace_id",
            "next_check_at",
            "id",
            postgresql_where=sql("next_check_at IS NOT NULL"),
        ),
        Index(
            "upkeeps_by_end",
            "workspace_id",
            "valid_until_at",
            "id",
            postgresql_where=sql("valid_until_at IS NOT NULL"),
        ),
    )

    community_id: UUID
    time_zone: str = string()
    valid_until: datetime | None = wall_time(default=None, nullable=True)
    valid_until_at: datetime | None = moment(default=None, nullable=True)
    check_every_days: int | None = Field(default=None)
    next_check: datetime | None = wall_time(default=None, nullable=True)
    next_check_at: datetime | None = moment(default=None, nullable=True)
    checker_id: UUID | None = Field(default=None)
    """The member who checks it, by value."""
    stale_for: list[str] = texts(default=[])
    checked_at: datetime | None = moment(default=None, nullable=True)
    checked_by: str | None = string(default=None, nullable=True)
    act_at: datetime | None = moment(default=None, nullable=True)


class Update(Kept, table=True):
    """`act_at` is when a worker looks at what is on its way; null: nothing is."""

    __tablename__ = "updates"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        Index("updates_by_state", "workspace_id", "state", "id"),
        Index("updates_of_post", "workspace_id", "post_id", "id"),
        Index("updates_of_community", "workspace_id", "community_id", "id"),
        Index(
            "updates_to_decide",
            "workspace_id",
            "created_at",
            "id",
            postgresql_where=sql("state = 'proposed'"),
        ),
        Index(
            "updates_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
        Index(
            "updates_proposed",
            "workspace_id",
            "post_id",
            "reason",
            "source_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=sql("state = 'proposed'"),
        ),
    )

    community_id: UUID
    post_id: UUID
    reason: str = string()
    source_id: UUID | None = None
    """The source that changed, by value."""
    difference: str | None = string(default=None, nullable=True)
    note: str = string()
    parts: list[str] | None = Field(default=None, sa_type=ARRAY(Text), nullable=True)
    state: str = string()
    proposed_by: str = string()
    decided_by: str | None = string(default=None, nullable=True)
    decided_at: datetime | None = moment(default=None, nullable=True)
    words: str | None = string(default=None, nullable=True)
    reposted_as: UUID | None = None
    """The post by which its copies are published anew, by value."""
    ended_at: datetime | None = moment(default=None, nullable=True)
    act_at: datetime | None = moment(default=None, nullable=True)
    looks: int = Field(default=0)


class UpdateCopy(TenantRow, table=True):
    """One public copy, what shall become of it, and what carries that out."""

    __tablename__ = "update_copies"
    __table_args__ = (
        belongs_to("updates", "update_id", on_delete="CASCADE"),
        belongs_to("communities", "community_id"),
        belongs_to("deliveries", "delivery_id"),
        belongs_to("accounts", "account_id"),
        UniqueConstraint("workspace_id", "update_id", "delivery_id", name="update_copies_once"),
    )

    update_id: UUID
    community_id: UUID
    delivery_id: UUID
    account_id: UUID
    network: str = string()
    ways: list[str] = texts()
    way: str = string()
    parts: list[str] | None = Field(default=None, sa_type=ARRAY(Text), nullable=True)
    act_id: UUID | None = None
    """The delivery that carries it out, by value."""
    undo_id: UUID | None = None
    """Of a repost: the delivery that takes the old copy back, by value."""
