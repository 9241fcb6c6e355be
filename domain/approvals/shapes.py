"""Reviews: commands in, views out, and what who follows a link is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.approvals.rules import ReviewState, ReviewVerdict
from domain.kernel.clock import Moment
from domain.kernel.ids import (
    CommunityId,
    DepartmentId,
    MemberId,
    Own,
    PolicyId,
    PostId,
    PostVersionId,
    ReviewId,
)
from domain.kernel.languages import Language
from domain.kernel.shapes import Command, View

Words = Annotated[str, Field(max_length=2000, examples=["Le chiffre n’est pas confirmé."])]
Reason = Annotated[
    str, Field(min_length=1, max_length=2000, examples=["Le chiffre n’est pas confirmé."])
]


class ReviewStepView(View):
    """Who is asked at one step of a review, and how long they have."""

    policy_id: PolicyId = Field(description="The policy that asks for it.")
    department_id: DepartmentId | None = Field(description="Whose members are asked; null: none.")
    member_ids: list[MemberId] = Field(description="Who is asked by name.")
    hours: int = Field(description="How long they have to decide.")
    escalates_to: MemberId | None = Field(
        description="Who is asked too once that time is over; null: nobody."
    )


class ReviewDecisionView(View):
    """What one member decided at one step."""

    step: int = Field(description="The step it decided, counted from 0.")
    verdict: ReviewVerdict = Field(description="What was decided.")
    words: str = Field(description="What was said of it.")
    member_id: MemberId = Field(description="Who decided.")
    is_by_link: bool = Field(description="Whether by the link of a mail, without signing in.")
    decided_at: Moment = Field(description="When.")


class ReviewSightView(View):
    """That a member opened what is reviewed."""

    member_id: MemberId = Field(description="Who opened it.")
    is_by_link: bool = Field(description="Whether by the link of a mail, without signing in.")
    seen_at: Moment = Field(description="When they first did.")


class ReviewView(View):
    id: ReviewId = Field(description="The review's id.")
    community_id: CommunityId = Field(description="The community of the post.")
    post_id: PostId = Field(description="The post.")
    post_version_id: PostVersionId = Field(description="What of it is reviewed: one version.")
    state: ReviewState = Field(description="How far it is.")
    note: str = Field(description="What whoever submitted it says of it.")
    submitted_by: MemberId | None = Field(description="Who submitted it; null: a token did.")
    steps: list[ReviewStepView] = Field(description="Who is asked, one step after the other.")
    step: int = Field(description="The step it is at, counted from 0.")
    department_id: DepartmentId | None = Field(
        description="The department that step asks; null: none."
    )
    member_ids: list[MemberId] = Field(description="The members that step asks by name.")
    due_at: Moment = Field(description="Until when that step should be decided.")
    decisions: list[ReviewDecisionView] = Field(description="What was decided, first to last.")
    seen: list[ReviewSightView] = Field(
        description="Which members have opened it, each once: by its link, or by its id here."
    )
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was submitted.")
    updated_at: Moment = Field(description="When it was last changed.")


class SubmitReview(Command):
    """Asks for the approval of what a post says now."""

    id: Own[ReviewId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    note: Words = Field(default="", description="What you say of it to those who are asked.")
    language: Language = Field(description="The language of the mails to them.")


class ApproveReview(Command):
    words: Words = Field(default="", description="What you say of it.")


class RefuseReview(Command):
    words: Reason = Field(description="What is to be changed.")


class DelegateReview(Command):
    """Hands the present step over to somebody else who may approve."""

    member_id: MemberId = Field(description="Who is asked in your place.")


@dataclass(frozen=True, slots=True, repr=False)
class ReviewSeen:
    """What who follows the link is shown: the words that are decided on, and when it is due."""

    workspace_name: str
    member_name: str
    note: str
    title: str
    text: str
    others: Sequence[str]
    """Polls, first comments, and what single accounts say instead."""
    link_url: str | None
    due_at: datetime
