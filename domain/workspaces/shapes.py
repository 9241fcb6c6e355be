"""Workspaces and members: commands in, views out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.kernel.caller import Scope
from domain.kernel.clock import Moment
from domain.kernel.ids import MemberId, WorkspaceId
from domain.kernel.shapes import Change, Command, View, may_change

Name = Annotated[str, Field(min_length=1, max_length=120)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")]


class Role(StrEnum):
    """What a member does in the house; `ROLE_SCOPES` says what each may do."""

    OWNER = "owner"
    MANAGER = "manager"
    COMMUNITY_MANAGER = "community_manager"
    EDITOR = "editor"
    ANALYST = "analyst"
    EXPERT = "expert"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Membership:
    """A workspace that a user may enter, and as whom."""

    workspace_id: UUID
    workspace_name: str
    slug: str
    member_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member may do now, and the only communities they see; None: all."""

    scopes: frozenset[Scope]
    communities: frozenset[UUID] | None


class WorkspaceView(View):
    id: WorkspaceId = Field(description="The workspace's id.")
    slug: str = Field(description="Its short name, as the command line takes it.")
    name: str = Field(description="Its name for people.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class ChangeWorkspace(Change):
    name: Name = may_change("Its name for people.")


class MemberView(View):
    id: MemberId = Field(description="The member's id.")
    name: str = Field(description="The person's name.")
    email: str = Field(description="Where the person is reached.")
    role: Role = Field(description="What the person does in the house.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When the member was added.")
    updated_at: Moment = Field(description="When the member was last changed.")


class CreateMember(Command):
    id: MemberId | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    name: Name = Field(description="The person's name.", examples=["Aline Favre"])
    email: Email = Field(description="Where the person is reached.", examples=["aline@example.ch"])
    role: Role = Field(description="What the person does in the house.")


class ChangeMember(Change):
    name: Name = may_change("The person's name.")
    role: Role = may_change("What the person does in the house.")
