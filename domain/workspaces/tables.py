"""Workspaces and their members."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from domain.kernel.tables import Kept, moment, string


class Workspace(SQLModel, table=True):
    """The tenant itself: its own id is its key."""

    __tablename__ = "workspaces"

    workspace_id: UUID = Field(primary_key=True)
    slug: str = string(index=True)
    name: str = string()
    version: int = Field(default=1)
    created_at: datetime = moment()
    updated_at: datetime = moment()


class Member(Kept, table=True):
    __tablename__ = "members"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "email", name="members_email"),
        UniqueConstraint("workspace_id", "user_id", name="members_user"),
        Index("members_by_user", "user_id"),
    )

    name: str = string()
    email: str = string()
    role: str = string()
    user_id: UUID | None = None
    """The user who signs in as this member, by value; None: nobody does yet."""
    communities: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid), nullable=True)
    """The only communities they see; None: all."""
