"""The sandbox network's own state: accounts, sessions, posts, containers, media, notices, faults.

It plays an outside network, whose users belong to no workspace: all its tables are shared.
"""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from domain.kernel.ids import new_id
from domain.kernel.tables import SHARED_TABLES, json, moment, string

SHARED_TABLES.update(
    {
        "sandbox_accounts",
        "sandbox_sessions",
        "sandbox_posts",
        "sandbox_containers",
        "sandbox_media",
        "sandbox_notices",
        "sandbox_faults",
    }
)


def of_account() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["account_id"], ["sandbox_accounts.id"], ondelete="CASCADE")


class SandboxAccount(SQLModel, table=True):
    __tablename__ = "sandbox_accounts"
    __table_args__ = (UniqueConstraint("handle", name="sandbox_accounts_handle"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    handle: str = string()
    display_name: str = string()
    idempotency: str = string()
    fingerprint: bytes = Field(sa_type=LargeBinary)
    is_lively: bool
    session_lifetime_s: int | None = None
    media_delay_s: float
    rate_limit: int
    rate_window_s: int
    text_maximum: int
    version_ends_at: datetime | None = moment(nullable=True)
    followers: int = 0
    created_at: datetime = moment()


class SandboxSession(SQLModel, table=True):
    """An access token or the refresh token beside it, as a fingerprint."""

    __tablename__ = "sandbox_sessions"
    __table_args__ = (of_account(), Index("sandbox_sessions_account", "account_id"))

    fingerprint: bytes = Field(sa_type=LargeBinary, primary_key=True)
    account_id: UUID
    is_refresh: bool
    expires_at: datetime | None = moment(default=None, nullable=True)


class SandboxPost(SQLModel, table=True):
    """A post of an account, or of a person who spoke to it (`person` is set)."""

    __tablename__ = "sandbox_posts"
    __table_args__ = (
        of_account(),
        UniqueConstraint("account_id", "idempotency_key", name="sandbox_posts_key"),
        UniqueConstraint("container_id", name="sandbox_posts_container"),
        Index("sandbox_posts_created", "account_id", "created_at", "id"),
        Index("sandbox_posts_external", "account_id", "external_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID
    person: str | None = string(default=None, nullable=True)
    text: str = string()
    media: list[str] = json()
    poll: dict[str, JsonValue] | None = json(default=None, nullable=True)
    answers_from: str = string(default="everybody")
    language: str | None = string(default=None, nullable=True)
    visibility: str = string()
    content_warning: str | None = string(default=None, nullable=True)
    reply_to: UUID | None = None
    root_id: UUID | None = None
    quoted: UUID | None = None
    idempotency_key: str | None = string(default=None, nullable=True)
    external_id: str | None = string(default=None, nullable=True)
    container_id: UUID | None = None
    likes: int = 0
    reposts: int = 0
    replies: int = 0
    quotes: int = 0
    happened: int = 0
    created_at: datetime = moment()
    edited_at: datetime | None = moment(default=None, nullable=True)
    deleted_at: datetime | None = moment(default=None, nullable=True)


class SandboxContainer(SQLModel, table=True):
    """A post prepared but not public yet: class B publishes in two steps."""

    __tablename__ = "sandbox_containers"
    __table_args__ = (of_account(), Index("sandbox_containers_account", "account_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID
    content: dict[str, JsonValue] = json()
    created_at: datetime = moment()


class SandboxMedia(SQLModel, table=True):
    __tablename__ = "sandbox_media"
    __table_args__ = (of_account(), Index("sandbox_media_account", "account_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID
    content_type: str = string()
    content: bytes = Field(sa_type=LargeBinary)
    alt_text: str | None = string(default=None, nullable=True)
    ready_at: datetime = moment()
    created_at: datetime = moment()


class SandboxNotice(SQLModel, table=True):
    """Something people said or did towards an account, numbered in the order of commits."""

    __tablename__ = "sandbox_notices"
    __table_args__ = (of_account(), Index("sandbox_notices_number", "account_id", "number"))

    number: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, Identity(always=True), primary_key=True),
    )
    account_id: UUID
    kind: str = string()
    person: str = string()
    post_id: UUID | None = None
    about: UUID | None = None
    is_deleted: bool = False
    created_at: datetime = moment()


class SandboxFault(SQLModel, table=True):
    """How an account's next calls shall go wrong."""

    __tablename__ = "sandbox_faults"
    __table_args__ = (of_account(), Index("sandbox_faults_number", "account_id", "number"))

    number: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, Identity(always=True), primary_key=True),
    )
    account_id: UUID
    act: str = string()
    kind: str = string()
    times: int
    seconds: float
