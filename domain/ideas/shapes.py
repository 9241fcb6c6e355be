"""Ideas: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.ideas.rules import IdeaState
from domain.kernel.clock import Moment, WallTime, ZoneName
from domain.kernel.ids import (
    CalendarId,
    CampaignId,
    CommunityId,
    IdeaId,
    MemberId,
    OccasionId,
    Own,
    PillarId,
    PostId,
)
from domain.kernel.names import VisibleText
from domain.kernel.shapes import Change, Command, View, may_change
from domain.posts.adaptation_shapes import Adaptations
from domain.posts.command_shapes import OneEach
from domain.posts.fields import Labels, Language, Text, Title

Question = Annotated[
    str, Field(min_length=1, max_length=500, examples=["Faut-il vendanger la nuit ?"]), VisibleText
]
Brief = Annotated[str, Field(max_length=10_000, examples=["Trois vignerons, trois réponses."])]
Stance = Annotated[str, Field(max_length=2000, examples=["Curieux, sans prendre parti."])]
Claim = Annotated[
    str, Field(min_length=1, max_length=500, examples=["Il fait 8° de moins."]), VisibleText
]
Claims = Annotated[list[Claim], Field(max_length=50)]
ExpertIds = Annotated[list[MemberId], Field(max_length=50)]
Summary = Annotated[str, Field(min_length=1, max_length=10_000, examples=["Oui, dès 30°."])]


class IdeaView(View):
    id: IdeaId = Field(description="The idea's id.")
    community_id: CommunityId = Field(description="Whom it is to be talked over with.")
    campaign_id: CampaignId | None = Field(description="The campaign it is for; null: none.")
    pillar_id: PillarId | None = Field(description="The pillar it stands on; null: none.")
    occasion_id: OccasionId | None = Field(
        description="The occasion it was proposed for; null: people made it."
    )
    state: IdeaState = Field(description="How far it is.")
    next_states: list[IdeaState] = Field(description="Where it may go from here.")
    question: str = Field(description="What the community is asked.")
    brief: str = Field(description="What whoever writes about it must know.")
    stance: str = Field(description="What the house thinks of it.")
    claims: list[str] = Field(description="What may be said as a fact.")
    expert_ids: list[MemberId] = Field(description="Members of the house who know about it.")
    labels: list[str] = Field(description="Words of the house to find it by.")
    summary: str | None = Field(description="What came of the conversation; null: not yet known.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateIdea(Command):
    id: Own[IdeaId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    community_id: CommunityId = Field(description="Whom it is to be talked over with.")
    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign of its community that it is for."
    )
    pillar_id: PillarId | None = Field(
        default=None, description="The pillar of a calendar of its community that it stands on."
    )
    question: Question = Field(description="What the community is asked.")
    brief: Brief = Field(default="", description="What whoever writes about it must know.")
    stance: Stance = Field(default="", description="What the house thinks of it.")
    claims: Claims = Field(default=[], description="What may be said as a fact.")
    expert_ids: ExpertIds = Field(default=[], description="Members of the house who know about it.")
    labels: Labels = Field(default=[], description="Words of the house to find it by.")


class ChangeIdea(Change):
    campaign_id: CampaignId | None = may_change("The campaign it is for; null: none.")
    pillar_id: PillarId | None = may_change("The pillar it stands on; null: none.")
    question: Question = may_change("What the community is asked.")
    brief: Brief = may_change("What whoever writes about it must know.")
    stance: Stance = may_change("What the house thinks of it.")
    claims: Claims = may_change("What may be said as a fact; replaces the claims before.")
    expert_ids: ExpertIds = may_change("Members who know about it; replaces those before.")
    labels: Labels = may_change("Words of the house to find it by.")
    summary: Summary | None = may_change("What came of the conversation; null: not yet known.")


class MoveIdea(Command):
    """Takes an idea to another state."""

    state: IdeaState = Field(description="Where it goes: one of its `next_states`.")
    summary: Summary | None = Field(
        default=None, description="What came of the conversation; needed once, to be summarised."
    )


class LinkPost(Command):
    """Names a post of the idea's community."""

    post_id: PostId = Field(description="The post.")


class DraftIdea(Command):
    """Makes a draft post of an idea; labels, campaign and pillar are the idea's."""

    id: Own[PostId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    calendar_id: CalendarId = Field(description="The calendar it stands in.")
    title: Title | None = Field(
        default=None, description="Its name in the house; the question when left out."
    )
    text: Text = Field(default="", description="The master text that variants inherit.")
    language: Language | None = Field(default=None, description="Its language, BCP 47.")
    adaptations: Adaptations = Field(
        default=[], description="What it says for a network, locale, segment or tone."
    )
    variants: OneEach = Field(default=[], description="The accounts that say it, and how.")
    wall_time: WallTime | None = Field(default=None, description="Planned time in its zone.")
    time_zone: ZoneName | None = Field(
        default=None, description="IANA zone of the wall time; the calendar's when left out."
    )
