"""Workspaces and members: commands in, views out."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.kernel.caller import Scope
from domain.kernel.clock import Moment
from domain.kernel.ids import CommunityId, MemberId, Own, RoleId, UserId, WorkspaceId
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change
from domain.kernel.words import Word

Name = Annotated[str, Field(min_length=1, max_length=120), Visible]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s\x85]+@[^@\s\x85]+\.[^@\s\x85.]+$")]
Communities = Annotated[list[CommunityId], Field(min_length=1, max_length=200)]
OF_SEAT = "The only communities they see; null: all of them."
OF_ROLE = "The custom role, where `role` is `custom`; else null."


class Role(Word):
    """What a member may do in the house: a template's scopes, or those of a custom role."""

    OWNER = "owner", "Everything, ownership included."
    MANAGER = "manager", "Everything but ownership and administration."
    COMMUNITY_MANAGER = "community_manager", "Plans, publishes and answers."
    EDITOR = "editor", "Writes posts."
    ANALYST = "analyst", "Reads everything, with the numbers."
    EXPERT = "expert", "Is asked, and answers."
    READER = "reader", "Reads."
    CUSTOM = "custom", "What the workspace's own role of `role_id` says."


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


class WorkspaceKind(Word):
    """A test workspace has a clock of its own, and accounts of test networks alone."""

    LIVE = "live", "It speaks to real networks."
    TEST = "test", "It has a clock of its own, and accounts of test networks alone."


class WorkspaceView(View):
    id: WorkspaceId = Field(description="The workspace's id.")
    slug: str = Field(description="Its short name, as the command line takes it.")
    name: str = Field(description="Its name for people.")
    kind: WorkspaceKind = Field(
        description="`test`: made for trying things; its clock can be put ahead, and it reaches "
        "networks that were made for tests alone. It stays what it was made as."
    )
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class FoundWorkspace(Command):
    name: Name = Field(description="Its name for people.")
    kind: WorkspaceKind = Field(default=WorkspaceKind.LIVE, description="Live, or for tests.")


class ChangeWorkspace(Change):
    name: Name = may_change("Its name for people.")


class TransferOwnership(Command):
    member_id: MemberId = Field(description="The member who becomes the owner.")


class RenewLink(Command):
    """A link that is sent again."""

    valid_days: int = Field(default=7, ge=1, le=30, description="How many days it counts.")


class MemberView(View):
    id: MemberId = Field(description="The member's id.")
    user_id: UserId | None = Field(description="Who signs in as this member; null: nobody yet.")
    name: str | None = Field(description="The person's name; null without `members:personal`.")
    email: str | None = Field(
        description="Where the person is reached; null without `members:personal`."
    )
    role: Role = Field(description="What the person may do in the house.")
    role_id: RoleId | None = Field(description=OF_ROLE)
    communities: list[CommunityId] | None = Field(description=OF_SEAT)
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When the member was added.")
    updated_at: Moment = Field(description="When the member was last changed.")


class CreateMember(Command):
    id: Own[MemberId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    name: Name = Field(description="The person's name.", examples=["Aline Favre"])
    email: Email = Field(description="Where the person is reached.", examples=["aline@example.ch"])
    role: Role = Field(description="What the person may do in the house.")
    role_id: RoleId | None = Field(default=None, description=OF_ROLE)
    communities: Communities | None = Field(default=None, description=OF_SEAT)


class ChangeMember(Change):
    name: Name = may_change("The person's name.")
    role: Role = may_change("What the person may do in the house.")
    role_id: RoleId = may_change("A custom role; `role` need not be sent beside it.")
    communities: Communities | None = may_change(OF_SEAT)


class MembershipView(View):
    """A workspace that the person may enter, and as whom."""

    workspace_id: WorkspaceId = Field(description="The workspace's id.")
    workspace_name: str = Field(description="Its name for people.")
    slug: str = Field(description="Its short name.")
    member_id: MemberId = Field(description="Who the person is in it.")
    role: Role = Field(description="What the person may do in it.")


class MeView(View):
    """Who a token acts for, and what it may do now."""

    actor: str = Field(description="What the event log calls the token's acts.")
    user_id: UserId | None = Field(description="The person; null for tokens of nobody.")
    member: MemberView | None = Field(description="Who they are here; null for tokens of nobody.")
    workspace_id: WorkspaceId = Field(description="The workspace of the token.")
    workspace_name: str = Field(description="Its name for people.")
    role: Role | None = Field(description="The member's role; null for tokens of nobody.")
    scopes: list[Scope] = Field(description="What the token may do, now.")
    communities: list[CommunityId] | None = Field(
        description="The only communities the token sees; null: all of them."
    )
    workspaces: list[MembershipView] = Field(
        description="Every workspace the person may enter, this one included; an application is "
        "told of this one alone."
    )
