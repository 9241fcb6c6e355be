"""Posts, their variants per account, and deliveries: the intent rows of every outward message."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from domain.kernel.tables import Kept, TenantRow, belongs_to, json, moment, string, texts, wall_time


class Post(Kept, table=True):
    """`publish_at` is computed from wall time and zone; both stay."""

    __tablename__ = "posts"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("calendars", "calendar_id"),
        belongs_to("pillars", "pillar_id"),
        belongs_to("campaigns", "campaign_id"),
        Index("posts_by_created", "workspace_id", "created_at", "id"),
        Index("posts_by_updated", "workspace_id", "updated_at", "id"),
        Index("posts_in_calendar", "workspace_id", "calendar_id", "publish_at", "id"),
        Index("posts_in_community", "workspace_id", "community_id", "publish_at", "id"),
        Index("posts_of_calendar", "workspace_id", "calendar_id", "created_at", "id"),
        Index("posts_of_community", "workspace_id", "community_id", "created_at", "id"),
        Index("posts_by_moment", "workspace_id", "publish_at", "id"),
        Index(
            "posts_on_pillar",
            "workspace_id",
            "pillar_id",
            postgresql_where=sql("pillar_id IS NOT NULL"),
        ),
        Index(
            "posts_of_campaign",
            "workspace_id",
            "campaign_id",
            "created_at",
            "id",
            postgresql_where=sql("campaign_id IS NOT NULL"),
        ),
        Index(
            "posts_to_ask_again",
            "ask_again_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("ask_again_at IS NOT NULL"),
        ),
        Index(
            "posts_on_hold",
            "workspace_id",
            "id",
            postgresql_where=sql("held_at IS NOT NULL"),
        ),
        Index(
            "posts_ending",
            "workspace_id",
            "id",
            postgresql_where=sql("valid_until_at IS NOT NULL"),
        ),
        Index(
            "posts_stale",
            "workspace_id",
            "created_at",
            "id",
            postgresql_where=sql("stale_for <> '{}'"),
        ),
        Index(
            "posts_of_recurrence",
            "workspace_id",
            "recurrence_id",
            "publish_at",
            "id",
            postgresql_where=sql("recurrence_id IS NOT NULL"),
        ),
    )

    community_id: UUID
    calendar_id: UUID
    pillar_id: UUID | None = Field(default=None)
    campaign_id: UUID | None = Field(default=None)
    title: str = string()
    text: str = string()
    language: str | None = string(nullable=True)
    labels: list[str] = texts()
    link_url: str | None = string(nullable=True)
    media_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    poll: dict[str, Any] | None = json(default=None, nullable=True)
    quote_of: str | None = string(default=None, nullable=True)
    first_comment: str | None = string(default=None, nullable=True)
    settings: dict[str, Any] = json(default={})
    """By network."""
    state: str = string()
    recurrence_id: UUID | None = Field(default=None)
    """Of a floor above: no foreign key; what removes a recurrence empties it."""
    occurs_at: datetime | None = wall_time(nullable=True)
    """Which occurrence it is; stays when the post is moved."""
    wall_time: datetime | None = wall_time(nullable=True)
    time_zone: str = string()
    publish_at: datetime | None = moment(nullable=True)
    published_at: datetime | None = moment(nullable=True)
    approved_version_id: UUID | None = Field(default=None)
    """Which of its versions was approved; counts while that is the newest."""
    approved_for: list[UUID] = Field(default=[], sa_type=ARRAY(Uuid))
    """The policies whose steps all approved that version, by value."""
    review_id: UUID | None = Field(default=None)
    """Its newest review; of a floor above, by value."""
    review_state: str | None = string(default=None, nullable=True)
    """What came of it, where that still counts: asked, refused, or lost to an edit."""
    ask_again_at: datetime | None = moment(default=None, nullable=True)
    """When what an edit lost is submitted again; null: it is not."""
    held_at: datetime | None = moment(default=None, nullable=True)
    """Since when it is on legal hold."""
    hold_reason: str | None = string(default=None, nullable=True)
    hold_actor: str | None = string(default=None, nullable=True)
    stale_for: list[str] = texts(default=[])
    """Why what is public of it may no longer hold; of a floor above, by value."""
    valid_until_at: datetime | None = moment(default=None, nullable=True)
    """When its words hold no longer: nothing of it goes out then; by value as well."""


class Adaptation(Kept, table=True):
    """A post for a network, locale, segment or tone; null words inherit."""

    __tablename__ = "adaptations"
    __table_args__ = (
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        UniqueConstraint(
            "workspace_id",
            "post_id",
            "network",
            "locale",
            "segment",
            "tone",
            name="adaptations_once",
            postgresql_nulls_not_distinct=True,
        ),
    )

    post_id: UUID
    network: str | None = string(nullable=True)
    locale: str | None = string(nullable=True)
    segment: str | None = string(nullable=True)
    tone: str | None = string(nullable=True)
    parts: list[str] | None = Field(default=None, sa_type=ARRAY(Text), nullable=True)
    language: str | None = string(nullable=True)
    media_ids: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid), nullable=True)
    link_url: str | None = string(nullable=True)
    content_warning: str | None = string(nullable=True)
    poll: dict[str, Any] | None = json(default=None, nullable=True)
    quote_of: str | None = string(default=None, nullable=True)
    first_comment: str | None = string(default=None, nullable=True)


class Variant(Kept, table=True):
    """A post as one account says it; null inherits from what is adapted for it, or the post."""

    __tablename__ = "variants"
    __table_args__ = (
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        belongs_to("accounts", "account_id"),
        UniqueConstraint("workspace_id", "post_id", "account_id", name="variants_target"),
        Index("variants_by_account", "workspace_id", "account_id", "id"),
    )

    post_id: UUID
    account_id: UUID
    locale: str | None = string(nullable=True)
    segment: str | None = string(nullable=True)
    tone: str | None = string(nullable=True)
    parts: list[str] | None = Field(default=None, sa_type=ARRAY(Text), nullable=True)
    language: str | None = string(nullable=True)
    media_ids: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid), nullable=True)
    link_url: str | None = string(nullable=True)
    visibility: str = string()
    content_warning: str | None = string(nullable=True)
    poll: dict[str, Any] | None = json(default=None, nullable=True)
    quote_of: str | None = string(default=None, nullable=True)
    first_comment: str | None = string(default=None, nullable=True)
    settings: dict[str, Any] | None = json(default=None, nullable=True)


class PostVersion(TenantRow, table=True):
    """What a post said from one of its versions on; never changed."""

    __tablename__ = "post_versions"
    __table_args__ = (
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        UniqueConstraint("workspace_id", "post_id", "number", name="post_versions_once"),
        Index("post_versions_of_post", "workspace_id", "post_id", "id"),
    )

    post_id: UUID
    number: int
    actor: str = string()
    created_at: datetime = moment()
    title: str = string()
    text: str = string()
    language: str | None = string(nullable=True)
    labels: list[str] = texts()
    link_url: str | None = string(nullable=True)
    media_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    poll: dict[str, Any] | None = json(default=None, nullable=True)
    quote_of: str | None = string(default=None, nullable=True)
    first_comment: str | None = string(default=None, nullable=True)
    settings: dict[str, Any] = json(default={})
    adaptations: list[dict[str, Any]] = json(default=[])
    variants: list[dict[str, Any]] = json()


class PostWords(SQLModel, table=True):
    """What search reads of a post; a trigger of PostVersion writes it."""

    __tablename__ = "post_words"
    __table_args__ = (
        belongs_to("posts", "post_id", on_delete="CASCADE"),
        Index("post_words_by_word", "workspace_id", "words", postgresql_using="gin"),
    )

    workspace_id: UUID = Field(primary_key=True)
    post_id: UUID = Field(primary_key=True)
    words: str = Field(sa_type=TSVECTOR)


class Delivery(Kept, table=True):
    """One outward act of one account; `act_at` is when a worker must look at it next.

    waiting: the moment to send · going: the end of the lease · unknown: the next look-up ·
    null: nothing is left to do.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        belongs_to("accounts", "account_id"),
        belongs_to("posts", "post_id"),
        belongs_to("variants", "variant_id", on_delete="SET NULL"),
        Index(
            "deliveries_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
        Index(
            "deliveries_due_in_order",
            "workspace_id",
            "act_at",
            "due_at",
            "id",
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
        Index(
            "deliveries_troubled",
            "workspace_id",
            "due_at",
            "id",
            postgresql_where=sql(
                "state IN ('failed', 'unknown') OR state = 'waiting' AND problem IS NOT NULL"
            ),
        ),
        Index(
            "deliveries_to_read_back",
            "read_back_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("read_back_at IS NOT NULL"),
        ),
        Index(
            "deliveries_to_read_back_here",
            "workspace_id",
            "read_back_at",
            postgresql_where=sql("read_back_at IS NOT NULL"),
        ),
        Index(
            "deliveries_drifted",
            "workspace_id",
            "drifted_at",
            "id",
            postgresql_where=sql("drifted_at IS NOT NULL AND drift_accepted_at IS NULL"),
        ),
        Index(
            "deliveries_held",
            "workspace_id",
            "claimed_by",
            postgresql_where=sql("state IN ('going', 'unknown') AND act_at IS NOT NULL"),
        ),
        Index(
            "deliveries_holding_back",
            "workspace_id",
            "account_id",
            postgresql_where=sql("holds_back"),
        ),
        Index("deliveries_by_post", "workspace_id", "post_id", "id"),
        Index("deliveries_by_account", "workspace_id", "account_id", "id"),
        Index("deliveries_by_created", "workspace_id", "created_at", "id"),
        Index(
            "deliveries_with_problem",
            "workspace_id",
            "created_at",
            "id",
            postgresql_where=sql("problem IS NOT NULL"),
        ),
        Index(
            "deliveries_by_remote",
            "workspace_id",
            "account_id",
            "remote_id",
            postgresql_where=sql("remote_id IS NOT NULL"),
        ),
        Index(
            "deliveries_of_several",
            "workspace_id",
            "account_id",
            postgresql_where=sql("jsonb_array_length(refs) > 1"),
        ),
    )

    kind: str = string()
    account_id: UUID
    post_id: UUID | None = None
    variant_id: UUID | None = None
    undoes_id: UUID | None = None
    """Of a withdrawal or an edit: the delivery whose published copies it changes."""
    state: str = string()
    due_at: datetime = moment()
    act_at: datetime | None = moment(nullable=True)
    content: dict[str, Any] | None = json(nullable=True)
    checkpoint: dict[str, Any] = json()
    is_begun: bool = Field(default=False, sa_column_kwargs={"server_default": sql("true")})
    """Whether a step is under way that may change anything over there, and is not recorded yet."""
    claimed_by: UUID | None = None
    """The worker that took it last; while it goes out, its account speaks through no other.

    Nor while what comes behind it waits for its look-up; where that does not wait, it is null.
    """
    holds_back: bool = Field(default=False, sa_column_kwargs={"server_default": sql("false")})
    """Whether what its account brings out next waits for the moment it is sent again."""
    attempts: int = Field(default=0)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    """How many of them found the network away."""
    askings: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    """How many of them found it still at work on a file."""
    look_ups: int = Field(default=0)
    look_ups_ended: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    """How many of them told of it: not there, or nobody can tell; others met trouble themselves."""
    sent_at: datetime | None = moment(nullable=True)
    """When the first attempt began: look-ups reach back to it."""
    problem: dict[str, Any] | None = json(nullable=True)
    refs: list[dict[str, Any]] = json()
    remote_id: str | None = string(nullable=True)
    url: str | None = string(nullable=True)
    published_at: datetime | None = moment(nullable=True)
    read_back_at: datetime | None = moment(default=None, nullable=True)
    """When what is shown is compared with what was sent; while that is done, the lease's end."""
    read_backs: int = Field(default=0)
    """How often that was done since it was sent or edited."""
    checked_at: datetime | None = moment(default=None, nullable=True)
    drift: list[dict[str, Any]] | None = json(default=None, nullable=True)
    """Null: none was seen."""
    drifted_at: datetime | None = moment(default=None, nullable=True)
    """Since when it has this drift."""
    drift_accepted_at: datetime | None = moment(default=None, nullable=True)
    drift_accepted_by: str | None = string(default=None, nullable=True)
    trace: str | None = string(nullable=True)


class Attempt(TenantRow, table=True):
    """What one try at a delivery did; append-only."""

    __tablename__ = "attempts"
    __table_args__ = (
        belongs_to("deliveries", "delivery_id", on_delete="CASCADE"),
        Index("attempts_by_delivery", "workspace_id", "delivery_id", "number"),
    )

    delivery_id: UUID
    number: int
    act: str = string()
    started_at: datetime = moment()
    ended_at: datetime = moment()
    outcome: str = string()
    code: str | None = string(nullable=True)
    detail: str | None = string(nullable=True)
