"""People, the browsers they are signed in with, the links they were sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.ids import new_id
from domain.kernel.tables import SHARED_TABLES, moment, string, texts

SHARED_TABLES.update(
    {
        "users",  # a person may be a member of many workspaces, or of none yet
        "sign_ins",  # a person signs in before a workspace is chosen
        "one_time_links",  # as above, and who signs up is nobody's member yet
    }
)


def of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE")


class User(SQLModel, table=True):
    """A person. `email` is kept in small letters."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("email", name="users_email"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = string()
    email_verified_at: datetime | None = moment(default=None, nullable=True)
    name: str = string()
    language: str = string()
    password_hash: str | None = string(default=None, nullable=True)
    created_at: datetime = moment()
    updated_at: datetime = moment()


class SignIn(SQLModel, table=True):
    """One browser in which a person is signed in; the cookie's secret rests as a fingerprint."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        of_user(),
        UniqueConstraint("fingerprint", name="sign_ins_fingerprint"),
        Index("sign_ins_by_user", "user_id", "created_at"),
        Index("sign_ins_by_end", "expires_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID
    fingerprint: bytes = Field(sa_type=LargeBinary)
    methods: list[str] = texts()
    authenticated_at: datetime = moment()
    """When the person last proved who they are."""
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()
    address: str = string()
    agent: str = string()


class OneTimeLink(SQLModel, table=True):
    """A link that was sent to `email` and counts once; its secret rests as a fingerprint."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        of_user(),
        UniqueConstraint("fingerprint", name="one_time_links_fingerprint"),
        Index("one_time_links_by_email", "email", "purpose"),
        Index("one_time_links_by_user", "user_id", postgresql_where=sql("user_id IS NOT NULL")),
        Index("one_time_links_by_end", "expires_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    purpose: str = string()
    email: str = string()
    user_id: UUID | None = None
    next_path: str = string()
    created_at: datetime = moment()
    expires_at: datetime = moment()
