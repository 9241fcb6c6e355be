"""Requests to experts: commands in, views out, and what who follows the link is shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.clock import Moment
from domain.kernel.ids import HEX_DIGITS, CommunityId, ExpertRequestId, MemberId, Own
from domain.kernel.languages import Language
from domain.kernel.names import VisibleText
from domain.kernel.shapes import Command, View
from domain.workspaces.expert_rules import ExpertState
from domain.workspaces.shapes import Email, Name

USUAL_DAYS, MOST_DAYS = 7, 30
Question = Annotated[str, Field(min_length=1, max_length=2000), VisibleText]
Input = Annotated[str, Field(min_length=1, max_length=10_000), VisibleText]
SubjectText = Annotated[
    str,
    Field(
        max_length=8 + HEX_DIGITS,
        pattern=rf"^(post|men)_[0-9a-f]{{{HEX_DIGITS}}}$",
        examples=["men_0199e2b4c1d07a3f8e5d6c7b8a901234"],
    ),
]


@dataclass(frozen=True, slots=True)
class Subject:
    """What an expert is asked about, as the floor that owns it tells; `text` may be empty.

    `is_gone` tells of what was deleted over there since.
    """

    community_id: UUID
    title: str | None
    text: str
    is_gone: bool


FindSubject = Callable[[AsyncSession, Caller, str, UUID], Awaitable[Subject]]
"""Gives the subject of a kind and an id, or raises `NotFound`: things stand on higher floors."""


class ExpertRequestView(View):
    id: ExpertRequestId = Field(description="The request's id.")
    subject: str = Field(description="The id of the post or mention it is about.")
    community_id: CommunityId = Field(description="The community of the subject.")
    question: str = Field(description="What the expert is asked.")
    expert_name: str | None = Field(description="Who is asked; null without `members:personal`.")
    expert_email: str | None = Field(
        description="Where they are reached; null without `members:personal`."
    )
    member_id: MemberId | None = Field(description="The member who is asked; null: no member.")
    asked_by: MemberId | None = Field(description="The member who asks; null: a token does.")
    state: ExpertState = Field(description="How far it is.")
    answer: str | None = Field(description="What the expert said; null: nothing yet.")
    answered_at: Moment | None = Field(description="When they said it; null: they have not.")
    expires_at: Moment = Field(description="Until when the link counts.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateExpertRequest(Command):
    id: Own[ExpertRequestId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    subject: SubjectText = Field(description="The id of a post or a mention.")
    question: Question = Field(
        description="What the expert is asked.", examples=["Quand taille-t-on la vigne ?"]
    )
    expert_name: Name = Field(description="Who is asked.", examples=["Marc Bovet"])
    expert_email: Email = Field(
        description="Where they are reached; they need no seat.", examples=["marc@example.ch"]
    )
    member_id: MemberId | None = Field(default=None, description="The member they are, if any.")
    language: Language = Field(description="The language of the mail.")
    valid_days: int = Field(
        default=USUAL_DAYS, ge=1, le=MOST_DAYS, description="How many days the link counts."
    )


class AnswerExpert(Command):
    answer: Input = Field(description="What the expert says.")


@dataclass(frozen=True, slots=True, repr=False)
class RequestSeen:
    """What who follows the link is shown."""

    workspace_name: str
    expert_name: str
    question: str
    subject: Subject
