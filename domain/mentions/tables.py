"""Mentions, who said them, in which conversation, what we answered, and the words to find them by.

A mention carries copies of its author's name and its post's title as they were when it came, and
its own JSON, kept in step by PostgreSQL: the inbox reads one table and builds nothing.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Computed, Index, Text, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from domain.kernel.tables import Kept, belongs_to, moment, string

# The function is in the migration; what it shows, and in which order, is `MentionView`.
SHOWN = (
    "parvis_mention_json(id, community_id, account_id, network, kind, status, remote_id, "
    "about_remote_id, author_id, author_handle, author_name, author_avatar_url, conversation_id, "
    "post_id, post_title, title, text, language, url, said_at, created_at, read_at, assigned_to, "
    "edited_at, deleted_at, version, updated_at)"
)


class Author(Kept, table=True):
    """`server` is empty where the network's ids are the same on every server."""

    __tablename__ = "authors"
    __table_args__ = (
        UniqueConstraint("workspace_id", "network", "server", "remote_id", name="authors_identity"),
        Index("authors_by_created", "workspace_id", "created_at", "id"),
        Index("authors_by_handle", "workspace_id", "handle", "id"),
    )

    network: str = string()
    server: str = string()
    remote_id: str = string()
    handle: str = string()
    display_name: str | None = string(nullable=True)
    url: str | None = string(nullable=True)
    avatar_url: str | None = string(nullable=True)


class Conversation(Kept, table=True):
    """A thread as one of our accounts sees it."""

    __tablename__ = "conversations"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("accounts", "account_id"),
        belongs_to("posts", "post_id", on_delete="SET NULL"),
        UniqueConstraint(
            "workspace_id", "account_id", "root_remote_id", name="conversations_identity"
        ),
        Index("conversations_by_last", "workspace_id", "last_mention_at", "id"),
        Index("conversations_of_account", "workspace_id", "account_id", "last_mention_at", "id"),
        Index(
            "conversations_of_community", "workspace_id", "community_id", "last_mention_at", "id"
        ),
    )

    community_id: UUID
    account_id: UUID
    network: str = string()
    root_remote_id: str = string()
    post_id: UUID | None = None
    mention_count: int
    last_mention_at: datetime = moment()


class Mention(Kept, table=True):
    """`created_at` is when it was received. `shown` is computed and never written by us."""

    __tablename__ = "mentions"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        belongs_to("accounts", "account_id"),
        belongs_to("authors", "author_id"),
        belongs_to("conversations", "conversation_id"),
        belongs_to("posts", "post_id", on_delete="SET NULL"),
        belongs_to("members", "assigned_to", on_delete="SET NULL"),
        UniqueConstraint(
            "workspace_id", "account_id", "remote_id", "kind", name="mentions_identity"
        ),
        Index("mentions_by_status_network", "workspace_id", "status", "network", "said_at", "id"),
        Index("mentions_by_status", "workspace_id", "status", "said_at", "id"),
        Index("mentions_by_said", "workspace_id", "said_at", "id"),
        Index("mentions_by_received", "workspace_id", "created_at", "id"),
        Index("mentions_of_community", "workspace_id", "community_id", "said_at", "id"),
        Index("mentions_of_account", "workspace_id", "account_id", "said_at", "id"),
        Index("mentions_of_author", "workspace_id", "author_id", "said_at", "id"),
        Index(
            "mentions_of_conversation",
            "workspace_id",
            "conversation_id",
            "said_at",
            "id",
            postgresql_where=sql("conversation_id IS NOT NULL"),
        ),
        Index(
            "mentions_of_post",
            "workspace_id",
            "post_id",
            "said_at",
            "id",
            postgresql_where=sql("post_id IS NOT NULL"),
        ),
        Index(
            "mentions_of_member",
            "workspace_id",
            "assigned_to",
            "said_at",
            "id",
            postgresql_where=sql("assigned_to IS NOT NULL"),
        ),
        Index(
            "mentions_assigned",
            "workspace_id",
            "said_at",
            "id",
            postgresql_where=sql("assigned_to IS NOT NULL"),
        ),
        Index(
            "mentions_unread",
            "workspace_id",
            "said_at",
            "id",
            postgresql_where=sql("read_at IS NULL"),
        ),
    )

    community_id: UUID
    account_id: UUID
    network: str = string()
    kind: str = string()
    remote_id: str = string()
    about_remote_id: str | None = string(nullable=True)
    author_id: UUID
    author_handle: str = string()
    author_name: str | None = string(nullable=True)
    author_avatar_url: str | None = string(nullable=True)
    conversation_id: UUID | None = None
    post_id: UUID | None = None
    post_title: str | None = string(nullable=True)
    title: str | None = string(nullable=True)
    text: str = string()
    language: str | None = string(nullable=True)
    url: str | None = string(nullable=True)
    said_at: datetime = moment()
    status: str = string()
    read_at: datetime | None = moment(nullable=True)
    assigned_to: UUID | None = None
    edited_at: datetime | None = moment(nullable=True)
    deleted_at: datetime | None = moment(nullable=True)
    shown: str | None = Field(
        default=None, sa_type=Text, sa_column_args=(Computed(sql(SHOWN), persisted=True),)
    )


class MentionWords(SQLModel, table=True):
    """What search reads: narrow, cut by months. Derived from mentions, so no foreign key."""

    __tablename__ = "mention_words"
    __table_args__ = (
        Index("mention_words_by_word", "workspace_id", "words", postgresql_using="gin"),
        {"postgresql_partition_by": "RANGE (said_at)"},
    )

    workspace_id: UUID = Field(primary_key=True)
    said_at: datetime = moment(primary_key=True)
    mention_id: UUID = Field(primary_key=True)
    words: str = Field(sa_type=TSVECTOR)


class Answer(Kept, table=True):
    """What we said to a mention; its delivery is the outward act."""

    __tablename__ = "answers"
    __table_args__ = (
        belongs_to("mentions", "mention_id", on_delete="CASCADE"),
        belongs_to("deliveries", "delivery_id"),
        UniqueConstraint("workspace_id", "delivery_id", name="answers_delivery"),
        Index("answers_by_mention", "workspace_id", "mention_id", "id"),
    )

    mention_id: UUID
    delivery_id: UUID
    text: str = string()
    media_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
