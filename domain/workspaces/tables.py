"""Workspaces, their members and roles, departments, and who is asked in from outside."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.tables import Kept, belongs_to, moment, string, texts


def uuids() -> list[UUID] | None:
    """A column of communities; None: all."""
    found: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid), nullable=True)
    return found


def of_workspace() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["workspace_id"], ["workspaces.workspace_id"], ondelete="CASCADE")


class Workspace(SQLModel, table=True):
    """The tenant itself: its own id is its key."""

    __tablename__ = "workspaces"

    workspace_id: UUID = Field(primary_key=True)
    slug: str = string(index=True)
    name: str = string()
    kind: str = string()
    version: int = Field(default=1)
    created_at: datetime = moment()
    updated_at: datetime = moment()


class TestClock(SQLModel, table=True):
    """Of a test workspace, made with it: what time it is there is now and `ahead`."""

    __tablename__ = "test_clocks"
    __table_args__ = (
        of_workspace(),
        Index(
            "test_clocks_due",
            "act_at",
            postgresql_include=["workspace_id"],
            postgresql_where=sql("act_at IS NOT NULL"),
        ),
    )

    workspace_id: UUID = Field(primary_key=True)
    ahead: timedelta = Field(default=timedelta(0))
    advancing_from: datetime | None = moment(default=None, nullable=True)
    advancing_to: datetime | None = moment(default=None, nullable=True)
    act_at: datetime | None = moment(default=None, nullable=True)
    """In its own time, as every moment of a workspace is; null: it is on no way."""


class CustomRole(Kept, table=True):
    __tablename__ = "roles"
    __table_args__ = (
        of_workspace(),
        UniqueConstraint("workspace_id", "name", name="roles_name"),
    )

    name: str = string()
    description: str = string()
    scopes: list[str] = texts()


class Member(Kept, table=True):
    __tablename__ = "members"
    __table_args__ = (
        of_workspace(),
        belongs_to("roles", "role_id"),
        UniqueConstraint("workspace_id", "email", name="members_email"),
        UniqueConstraint("workspace_id", "user_id", name="members_user"),
        Index("members_by_user", "user_id"),
    )

    name: str = string()
    email: str = string()
    role: str = string()
    role_id: UUID | None = None
    user_id: UUID | None = None
    """The user who signs in as this member, by value; None: nobody does yet."""
    communities: list[UUID] | None = uuids()


class Department(Kept, table=True):
    """That its lead is in it is the service's to hold."""

    __tablename__ = "departments"
    __table_args__ = (
        of_workspace(),
        belongs_to("members", "lead_id", on_delete="SET NULL"),
        UniqueConstraint("workspace_id", "name", name="departments_name"),
    )

    name: str = string()
    description: str = string()
    lead_id: UUID | None = None


class DepartmentMember(SQLModel, table=True):
    __tablename__ = "department_members"
    __table_args__ = (
        belongs_to("departments", "department_id", on_delete="CASCADE"),
        belongs_to("members", "member_id", on_delete="CASCADE"),
        Index("department_members_by_member", "workspace_id", "member_id"),
    )

    workspace_id: UUID = Field(primary_key=True)
    department_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    place: int


class Invitation(Kept, table=True):
    """Members are named by value: it stays as it was when they go."""

    __tablename__ = "invitations"
    __table_args__ = (
        of_workspace(),
        belongs_to("roles", "role_id", on_delete="SET NULL"),
        UniqueConstraint("workspace_id", "fingerprint", name="invitations_fingerprint"),
        Index(
            "invitations_open",
            "workspace_id",
            "email",
            unique=True,
            postgresql_where=sql("state = 'open'"),
        ),
    )

    email: str = string()
    role: str = string()
    role_id: UUID | None = None
    communities: list[UUID] | None = uuids()
    language: str = string()
    state: str = string()
    invited_by: UUID | None = None
    member_id: UUID | None = None
    fingerprint: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = moment()
    accepted_at: datetime | None = moment(default=None, nullable=True)


class ExpertRequest(Kept, table=True):
    """Its subject stands on a higher floor and is named by kind and id."""

    __tablename__ = "expert_requests"
    __table_args__ = (
        of_workspace(),
        UniqueConstraint("workspace_id", "fingerprint", name="expert_requests_fingerprint"),
        Index("expert_requests_by_subject", "workspace_id", "subject_id", "id"),
    )

    subject_kind: str = string()
    subject_id: UUID
    community_id: UUID
    question: str = string()
    expert_name: str = string()
    expert_email: str = string()
    member_id: UUID | None = None
    asked_by: UUID | None = None
    language: str = string()
    state: str = string()
    fingerprint: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = moment()
    answer: str | None = string(default=None, nullable=True)
    answered_at: datetime | None = moment(default=None, nullable=True)
