"""Approval policies: commands in, views out."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.accounts.shapes import KnownNetwork
from domain.kernel.clock import Moment
from domain.kernel.ids import CalendarId, CommunityId, DepartmentId, MemberId, Own, PolicyId
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, Shape, View, may_change
from domain.policies.rules import words_of

USUAL_HOURS, MOST_HOURS = 24, 720
Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Droit"]), Visible]
Networks = Annotated[list[KnownNetwork], Field(max_length=30)]
Label = Annotated[str, Field(min_length=1, max_length=60, examples=["vigne"]), Visible]
Labels = Annotated[list[Label], Field(max_length=30)]


def _has_words(topic: str) -> str:
    if not words_of([topic]):
        raise ValueError("A topic has a word in it.")
    return topic


Topic = Annotated[
    str,
    AfterValidator(_has_words),
    Field(
        min_length=1,
        max_length=100,
        examples=["remaniement"],
        json_schema_extra={"pattern": "[A-Za-z0-9]"},
    ),
]
Topics = Annotated[list[Topic], Field(max_length=50)]
OF_TOPICS = (
    "Only posts that say one of these words or phrases, in whatever case and accents, in their "
    "text or an account's"
)
AGAIN = (
    "Whether an edit of what was approved or asked is submitted again by itself, once nobody has "
    "edited for five minutes; where several policies miss, all must say so."
)


class PolicyStep(Shape):
    """Who is asked, a department, members or both, and how long they have: one decides for all."""

    department_id: DepartmentId | None = Field(
        default=None, description="Whose members are asked, those who may approve; null: none."
    )
    member_ids: list[MemberId] = Field(
        default=[], max_length=50, description="Who is asked by name."
    )
    hours: int = Field(
        default=USUAL_HOURS, ge=1, le=MOST_HOURS, description="How long they have to decide."
    )
    escalates_to: MemberId | None = Field(
        default=None, description="Who is asked too once that time is over; null: nobody."
    )

    @model_validator(mode="after")
    def _asks_somebody(self) -> Self:
        if self.department_id is None and not self.member_ids:
            raise ValueError("Send a department_id, member_ids, or both.")
        return self


class PolicyStepView(View):
    """Who is asked, a department, members or both, and how long they have."""

    department_id: DepartmentId | None = Field(description="Whose members are asked; null: none.")
    member_ids: list[MemberId] = Field(description="Who is asked by name.")
    hours: int = Field(description="How long they have to decide.")
    escalates_to: MemberId | None = Field(
        description="Who is asked too once that time is over; null: nobody."
    )


Steps = Annotated[list[PolicyStep], Field(min_length=1, max_length=10)]


class PolicyView(View):
    id: PolicyId = Field(description="The policy's id.")
    community_id: CommunityId = Field(description="The community whose posts it is for.")
    calendar_id: CalendarId | None = Field(description="The only calendar it is for; null: all.")
    name: str = Field(description="What the house calls it.")
    networks: list[str] = Field(description="Only posts to one of these networks; empty: any.")
    labels: list[str] = Field(description="Only posts with one of these labels; empty: any.")
    topics: list[str] = Field(description=f"{OF_TOPICS}; empty: any.")
    is_for_first_use: bool = Field(
        description="Only posts of a campaign of which nothing was public yet."
    )
    asks_again: bool = Field(description=AGAIN)
    steps: list[PolicyStepView] = Field(description="Who is asked, one step after the other.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreatePolicy(Command):
    id: Own[PolicyId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    community_id: CommunityId = Field(description="The community whose posts it is for.")
    calendar_id: CalendarId | None = Field(
        default=None, description="The only calendar of the community it is for; left out: all."
    )
    name: Name = Field(description="What the house calls it.")
    networks: Networks = Field(default=[], description="Only posts to one of these networks.")
    labels: Labels = Field(default=[], description="Only posts with one of these labels.")
    topics: Topics = Field(default=[], description=f"{OF_TOPICS}.")
    is_for_first_use: bool = Field(
        default=False, description="Only posts of a campaign of which nothing was public yet."
    )
    asks_again: bool = Field(default=True, description=AGAIN)
    steps: Steps = Field(description="Who is asked, one step after the other.")


class ChangePolicy(Change):
    name: Name = may_change("What the house calls it.")
    networks: Networks = may_change("Only posts to one of these networks; empty: any.")
    labels: Labels = may_change("Only posts with one of these labels; empty: any.")
    topics: Topics = may_change(f"{OF_TOPICS}; empty: any.")
    is_for_first_use: bool = may_change("Only posts of a campaign of which nothing was public yet.")
    asks_again: bool = may_change(AGAIN)
    steps: Steps = may_change("Who is asked; replaces the steps before.")
