"""Workspaces and their members."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
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
    )

    name: str = string()
    email: str = string()
    role: str = string()
