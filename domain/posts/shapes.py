"""What posts show: what they say, who says it, and how their approval stands."""

from typing import Any

from pydantic import Field

from domain.connector.words import Visibility
from domain.kernel.clock import Moment, WallTime
from domain.kernel.ids import (
    AccountId,
    CalendarId,
    CampaignId,
    CommunityId,
    MediaId,
    PillarId,
    PolicyId,
    PostId,
    RecurrenceId,
    ReviewId,
    VariantId,
)
from domain.kernel.shapes import View
from domain.policies.rules import ApprovalState
from domain.posts.adaptation_shapes import OWN_PARTS, OWN_WARNING, AdaptationView
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.fields import (
    MASTER_COMMENT,
    MASTER_POLL,
    MASTER_QUOTE,
    MASTER_SETTINGS,
    OWN_COMMENT,
    OWN_LOCALE,
    OWN_QUOTE,
    OWN_SEGMENT,
    OWN_SETTINGS,
    OWN_TONE,
)
from domain.posts.poll_shapes import OWN_POLL, PollView
from domain.posts.rules import PostState


class OwnWordsView(View):
    """What an account says itself: the same now and in every version that is kept."""

    account_id: AccountId = Field(description="The account that says it.")
    locale: str | None = Field(description=OWN_LOCALE)
    segment: str | None = Field(description=OWN_SEGMENT)
    tone: str | None = Field(description=OWN_TONE)
    parts: list[str] | None = Field(description=OWN_PARTS)
    language: str | None = Field(description="Its own language; null: inherited.")
    media_ids: list[MediaId] | None = Field(description="Its own media; null: inherited.")
    link_url: str | None = Field(description="Its own link; null: inherited.")
    visibility: Visibility = Field(description="Who sees it.")
    content_warning: str | None = Field(description=OWN_WARNING)
    poll: PollView | None = Field(description=OWN_POLL)
    quote_of: str | None = Field(description=OWN_QUOTE)
    first_comment: str | None = Field(description=OWN_COMMENT)
    settings: dict[str, Any] | None = Field(description=OWN_SETTINGS)


class VariantIdView(View):
    id: VariantId = Field(description="The variant's id.")
    post_id: PostId = Field(description="The post it says.")


class VariantView(OwnWordsView, VariantIdView):
    # Its ids stand first in the contract: fields of the last base come before the others.
    version: int = Field(description="Counts changes.")


class PostView(View):
    id: PostId = Field(description="The post's id.")
    community_id: CommunityId = Field(description="The community it speaks to.")
    calendar_id: CalendarId = Field(description="The calendar it stands in.")
    pillar_id: PillarId | None = Field(description="The pillar it stands on; null: none.")
    campaign_id: CampaignId | None = Field(description="The campaign it is for; null: none.")
    title: str = Field(description="Its name in the house; never published.")
    text: str = Field(description="The master text that variants inherit.")
    language: str | None = Field(description="Its language, BCP 47; null: not said.")
    labels: list[str] = Field(description="Words of the house to find it by.")
    link_url: str | None = Field(description="The page it leads to; null: none.")
    media_ids: list[MediaId] = Field(description="Its pictures and videos, in order.")
    poll: PollView | None = Field(description=MASTER_POLL)
    quote_of: str | None = Field(description=MASTER_QUOTE)
    first_comment: str | None = Field(description=MASTER_COMMENT)
    settings: dict[str, Any] = Field(description=MASTER_SETTINGS)
    state: PostState = Field(description="How far it is, derived from its deliveries.")
    wall_time: WallTime | None = Field(
        description="The planned time on the clock of its zone; null: none, or it goes out at once."
    )
    time_zone: str = Field(description="The IANA zone of its wall time.")
    publish_at: Moment | None = Field(
        description="The planned moment in UTC; null: it is not planned."
    )
    published_at: Moment | None = Field(
        description="When its first copy was public; null: none was."
    )
    recurrence_id: RecurrenceId | None = Field(
        description="The recurrence it was made of; null: none."
    )
    occurs_at: WallTime | None = Field(
        description="Which of its occurrences, by wall time; stays when the post is moved. Null: "
        "it was made of none."
    )
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class HoldView(View):
    """A legal hold: nothing of the post goes out and nobody changes it."""

    reason: str = Field(description="Why it is held.")
    actor: str = Field(description="Who put it on hold, as the event log calls them.")
    held_at: Moment = Field(description="When.")


class ApprovalView(View):
    """How the approval of what a post says now stands."""

    state: ApprovalState = Field(
        description="How far it is; lost: what was approved or asked was edited since."
    )
    policy_ids: list[PolicyId] = Field(
        description="The policies that apply to the post, in the order they are asked in."
    )
    missing_policy_ids: list[PolicyId] = Field(
        description="Those of them that have not approved what it says now."
    )
    review_id: ReviewId | None = Field(description="Its newest review; null: none yet.")
    hold: HoldView | None = Field(description="The legal hold it is on; null: none.")


class PostSummary(PostView):
    """A post, and how its approval stands."""

    approval: ApprovalView = Field(description="How its approval stands.")


class PostDetail(PostSummary):
    """A post with its adaptations, variants and deliveries."""

    adaptations: list[AdaptationView] = Field(
        description="What it says for a network, locale, segment or tone."
    )
    variants: list[VariantView] = Field(description="What each account says.")
    deliveries: list[DeliveryView] = Field(description="What goes out, or went.")
