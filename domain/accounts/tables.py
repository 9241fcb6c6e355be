"""Accounts on networks. Credentials rest sealed; moments ending in `_at` steer the workers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy import text as sql
from sqlmodel import Field

from domain.kernel.tables import Kept, belongs_to, json, moment, string


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
    measures: dict[str, Any] = json()
    sealed_login: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    sealed_grant: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
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
    """Longest wait between two readings, as its people asked; null: the platform's."""
    connect_at: datetime | None = moment(nullable=True)
    read_at: datetime | None = moment(nullable=True)
    measure_at: datetime | None = moment(nullable=True)
    check_at: datetime | None = moment(nullable=True)
    last_read_at: datetime | None = moment(nullable=True)
    removed_at: datetime | None = moment(nullable=True)
