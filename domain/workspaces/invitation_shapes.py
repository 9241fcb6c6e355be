"""Invitations: commands in, views out, and what who follows the link is shown."""

from dataclasses import dataclass

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import CommunityId, InvitationId, MemberId, Own, RoleId
from domain.kernel.languages import Language
from domain.kernel.shapes import Command, View
from domain.workspaces.invitation_rules import InvitationState
from domain.workspaces.shapes import OF_ROLE, OF_SEAT, Communities, Email, Role

USUAL_DAYS, MOST_DAYS = 7, 30


class InvitationView(View):
    id: InvitationId = Field(description="The invitation's id.")
    email: str | None = Field(description="Who is invited; null without `members:personal`.")
    role: Role = Field(description="What the person may do in the house.")
    role_id: RoleId | None = Field(description=OF_ROLE)
    communities: list[CommunityId] | None = Field(description=OF_SEAT)
    state: InvitationState = Field(description="How far it is.")
    invited_by: MemberId | None = Field(description="The member who invited; null: a token did.")
    member_id: MemberId | None = Field(
        description="Who came of it, once accepted; null: nobody yet."
    )
    expires_at: Moment = Field(description="Until when its link counts.")
    accepted_at: Moment | None = Field(description="When it was accepted; null: it was not.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateInvitation(Command):
    id: Own[InvitationId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    email: Email = Field(description="Who is invited.", examples=["aline@example.ch"])
    role: Role = Field(description="What the person may do in the house.")
    role_id: RoleId | None = Field(default=None, description=OF_ROLE)
    communities: Communities | None = Field(default=None, description=OF_SEAT)
    language: Language = Field(description="The language of the mail, for whom we do not know.")
    valid_days: int = Field(
        default=USUAL_DAYS, ge=1, le=MOST_DAYS, description="How many days the link counts."
    )


@dataclass(frozen=True, slots=True, repr=False)
class InvitationSeen:
    """What who follows the link is told."""

    workspace_name: str
    email: str
    role: Role
    role_name: str | None
