"""Mails to people: each an intent row that a worker sends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.ids import new_id
from domain.kernel.tables import SHARED_TABLES, moment, sealed, string

SHARED_TABLES.add("mails")  # people are written to before they are in any workspace


class Mail(SQLModel, table=True):
    __tablename__ = "mails"
    __table_args__ = (
        Index("mails_due", "act_at", postgresql_where=sql("act_at IS NOT NULL")),
        Index("mails_by_created", "created_at"),
        Index("mails_by_user", "user_id", postgresql_where=sql("user_id IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID | None = None
    """Whom it goes with when they go: a value, as people stand on a higher floor."""
    kind: str = string()
    recipient: str = string()
    subject: str = string()
    sealed_text: bytes | None = sealed(default=None, nullable=True)
    """Its links are secrets: sealed, and gone once a server has taken the mail."""
    state: str = string()
    act_at: datetime | None = moment(default=None, nullable=True)
    until: datetime = moment()
    attempts: int = Field(default=0)
    doubts: int = Field(default=0)
    problem: str | None = string(default=None, nullable=True)
    created_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)
