"""Accounts on networks and consents to them. Moments ending in `_at` steer the workers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.tables import (
    SHARED_TABLES,
    Kept,
    Sealed,
    belongs_to,
    json,
    moment,
    sealed,
    string,
)


class Account(Kept, table=True):
    __tablename__ = "accounts"
    __table_args__ = (
        belongs_to("communities", "community_id"),
        Index("accounts_by_created", "workspace_id", "created_at", "id"),
        Index("accounts_by_community", "workspace_id", "community_id", "created_at", "id"),
        # One living account per identity on a network; a removed one may come again.
        Index(
            "accounts_identity",
            "workspace_id",
            "network",
            "server",
            "remote_id",
            unique=True,
            postgresql_where=sql("removed_at IS NULL AND remote_id IS NOT NULL"),
        ),
        Index("accounts_connect_due", "connect_at", postgresql_where=sql("connect_at IS NOT NULL")),
        Index("accounts_read_due", "read_at", postgresql_where=sql("read_at IS NOT NULL")),
        Index("accounts_measure_due", "measure_at", postgresql_where=sql("measure_at IS NOT NULL")),
        Index(
            "accounts_version_noticed",
            "workspace_id",
            "version_noticed_at",
            "id",
            postgresql_where=sql("version_noticed_at IS NOT NULL"),
        ),
        Index("accounts_check_due", "check_at", postgresql_where=sql("check_at IS NOT NULL")),
    )

    community_id: UUID
    network: str = string()
    state: str = string()
    problem: dict[str, Any] | None = json(nullable=True)
    server: str | None = string(nullable=True)
    remote_id: str | None = string(nullable=True)
    handle: str | None = string(nullable=True)
    display_name: str | None = string(nullable=True)
    url: str | None = string(nullable=True)
    avatar_url: str | None = string(nullable=True)
    locale: str | None = string(nullable=True)
    segment: str | None = string(nullable=True)
    tone: str | None = string(nullable=True)
    measures: dict[str, Any] = json()
    sealed_login: bytes | None = sealed(default=None, nullable=True)
    sealed_grant: bytes | None = sealed(default=None, nullable=True)
    grant_expires_at: datetime | None = moment(nullable=True)
    granted_at: datetime | None = moment(nullable=True)
    """When the kept grant was stored: what an older one is refused says nothing of it."""
    renewing_until: datetime | None = moment(nullable=True)
    """While a worker renews the grant, the others wait: the end of its lease."""
    tries: int = Field(default=0)
    """Attempts at a connection or a check that failed in a row."""
    inbox_cursor: str | None = string(nullable=True)
    poll_every_s: int = Field(default=30)
    poll_longest_s: int | None = Field(default=None)
    in_doubt: str = string(default="ask", sa_column_kwargs={"server_default": "ask"})
    """Longest wait between two readings, as its people asked; null: the platform's."""
    connect_at: datetime | None = moment(nullable=True)
    read_at: datetime | None = moment(nullable=True)
    measure_at: datetime | None = moment(nullable=True)
    check_at: datetime | None = moment(nullable=True)
    last_read_at: datetime | None = moment(nullable=True)
    version_notice: dict[str, Any] | None = json(nullable=True)
    """What people are told of the versions its network is spoken in."""
    version_noticed_at: datetime | None = moment(nullable=True)
    removed_at: datetime | None = moment(nullable=True)


class Consent(Kept, table=True):
    """A person's way through a network's own page; what it carries rests sealed."""

    __tablename__ = "consents"
    __table_args__ = (
        belongs_to("communities", "community_id", "CASCADE"),
        belongs_to("accounts", "account_id", "CASCADE"),
        Index("consents_by_created", "workspace_id", "created_at", "id"),
        Index("consents_by_link", "workspace_id", "link_fingerprint"),
        Index("consents_by_state", "workspace_id", "state_fingerprint"),
        Index("consents_due", "act_at", postgresql_where=sql("act_at IS NOT NULL")),
    )

    community_id: UUID
    account_id: UUID | None = Field(default=None)
    """The account that is to be connected again; the one that came of it once done."""
    network: str = string()
    state: str = string()
    problem: dict[str, Any] | None = json(nullable=True)
    return_url: str | None = string(nullable=True)
    sealed_wish: bytes = sealed()
    sealed_begun: bytes | None = sealed(default=None, nullable=True)
    places: list[dict[str, str]] | None = json(default=None, nullable=True)
    """What is to be chosen from, by id and name; None where nothing is."""
    sealed_code: bytes | None = sealed(default=None, nullable=True)
    link_fingerprint: bytes = Field(sa_type=LargeBinary)
    state_fingerprint: bytes = Field(sa_type=LargeBinary)
    browser_fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """Of the cookie of the browser that set out: only it may come back."""
    tries: int = Field(default=0)
    expires_at: datetime = moment()
    act_at: datetime | None = moment(nullable=True)
    """Preparing, returned: when a worker takes the step. Open, choosing: when it expires."""


# An application is registered at a server once for the installation, whoever asks.
SHARED_TABLES.add("network_clients")


class NetworkClient(SQLModel, table=True):
    """What this installation is to a network's server."""

    __tablename__ = "network_clients"

    network: str = string(primary_key=True)
    server: str = string(primary_key=True)
    sealed: bytes = Field(sa_type=Sealed)
    public: dict[str, Any] = json()
    created_at: datetime = moment()
