"""Posts that are judged and not stored: commands in, verdicts out."""

from typing import Any

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.coded import Coded
from domain.kernel.ids import AccountId, CampaignId
from domain.kernel.shapes import Command, View
from domain.posts.adaptation_shapes import Adaptations
from domain.posts.command_shapes import OneEach
from domain.posts.fields import (
    MASTER_COMMENT,
    MASTER_POLL,
    MASTER_QUOTE,
    MASTER_SETTINGS,
    Comment,
    Language,
    Link,
    MediaIds,
    NetworkSettings,
    Quoted,
    Text,
)
from domain.posts.poll_shapes import PollInput, PollView


class ValidatePost(Command):
    """A post to be judged and not stored."""

    text: Text = Field(default="", description="The master text that variants inherit.")
    language: Language | None = Field(default=None, description="Its language, BCP 47.")
    link_url: Link | None = Field(default=None, description="The page it leads to.")
    media_ids: MediaIds = Field(default=[], description="Its pictures and videos, in order.")
    poll: PollInput | None = Field(default=None, description=MASTER_POLL)
    quote_of: Quoted | None = Field(default=None, description=MASTER_QUOTE)
    first_comment: Comment | None = Field(default=None, description=MASTER_COMMENT)
    settings: NetworkSettings = Field(default={}, description=MASTER_SETTINGS)
    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign whose UTM its links would carry."
    )
    publish_at: Moment | None = Field(
        default=None, description="When it would go out, for the rights of its media; null: now."
    )
    adaptations: Adaptations = Field(
        default=[], description="What it would say for a network, locale, segment or tone."
    )
    variants: OneEach = Field(description="The accounts that would say it, and how.")


class MisfitView(Coded):
    """One thing that a network would not take."""

    pointer: str = Field(description="JSON pointer into the variant, of what it inherits too.")
    code: str = Field(description="Stable code, such as `text.too_long`.")
    message: str = Field(description="What does not fit, for people.")
    limit: int | None = Field(description="The network's limit; null: it is no matter of numbers.")
    actual: int | None = Field(description="What was counted; null: nothing was.")


class LengthView(View):
    """How long one message is, beside the longest that its network takes."""

    length: int | None = Field(description="Length as the network counts it; null: it takes none.")
    maximum: int | None = Field(
        description="The longest it takes, in the same unit; null: it takes none."
    )


class VerdictView(View):
    """Whether one account could say it, and what does not fit."""

    account_id: AccountId = Field(description="The account that would say it.")
    network: str = Field(description="Its network.")
    fits: bool = Field(description="Whether the network would take it.")
    parts: list[str] = Field(description="What it would say: its links carry the campaign's UTM.")
    link_url: str | None = Field(
        description="Where its link would lead, UTM included; null: it has none."
    )
    poll: PollView | None = Field(description="What it would ask; null: nothing.")
    quote_of: str | None = Field(description="The post it would quote; null: none.")
    first_comment: str | None = Field(description="What it would answer to itself; null: nothing.")
    first_comment_length: LengthView | None = Field(description="Its length; null: there is none.")
    settings: dict[str, Any] = Field(description="What its network would be told.")
    lengths: list[LengthView] = Field(description="One entry per message.")
    misfits: list[MisfitView] = Field(description="Everything that does not fit.")


class ValidationView(View):
    fits: bool = Field(description="Whether every network would take it.")
    targets: list[VerdictView] = Field(description="One verdict per account.")
