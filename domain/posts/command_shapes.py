"""What is asked of posts: made, changed, scheduled, retried, edited and held."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from domain.accounts.shapes import AudienceWord, Locale
from domain.connector.words import Visibility
from domain.kernel.clock import WallTime, ZoneName
from domain.kernel.ids import AccountId, CalendarId, CampaignId, Own, PillarId, PostId
from domain.kernel.shapes import Change, Command, may_change
from domain.posts.adaptation_shapes import Adaptations
from domain.posts.fields import (
    MASTER_COMMENT,
    MASTER_POLL,
    MASTER_QUOTE,
    MASTER_SETTINGS,
    MOST_VARIANTS,
    OWN_COMMENT,
    OWN_LOCALE,
    OWN_QUOTE,
    OWN_SEGMENT,
    OWN_SETTINGS,
    OWN_TONE,
    Comment,
    Labels,
    Language,
    Link,
    MediaIds,
    NetworkSettings,
    Quoted,
    Settings,
    Text,
    Title,
)
from domain.posts.poll_shapes import OWN_POLL, PollInput


class VariantInput(Command):
    """One account that says a post, and what it says otherwise; what is left out is the post's."""

    account_id: AccountId = Field(description="The account that says it.")
    locale: Locale | None = Field(default=None, description=OWN_LOCALE)
    segment: AudienceWord | None = Field(default=None, description=OWN_SEGMENT)
    tone: AudienceWord | None = Field(default=None, description=OWN_TONE)
    parts: list[Text] | None = Field(
        default=None, max_length=50, description="Its own text, one entry per message of a thread."
    )
    language: Language | None = Field(default=None, description="Its own language.")
    media_ids: MediaIds | None = Field(default=None, description="Its own media.")
    link_url: Link | None = Field(default=None, description="Its own link.")
    visibility: Visibility = Field(default=Visibility.PUBLIC, description="Who sees it.")
    content_warning: str | None = Field(
        default=None, max_length=500, description="What it warns of."
    )
    poll: PollInput | None = Field(default=None, description=OWN_POLL)
    quote_of: Quoted | None = Field(default=None, description=OWN_QUOTE)
    first_comment: Comment | None = Field(default=None, description=OWN_COMMENT)
    settings: Settings | None = Field(default=None, description=OWN_SETTINGS)


Variants = Annotated[list[VariantInput], Field(max_length=MOST_VARIANTS)]


def _one_per_account(variants: list[VariantInput]) -> list[VariantInput]:
    accounts = [variant.account_id for variant in variants]
    if len(set(accounts)) != len(accounts):
        raise ValueError("Each account says a post once.")
    return variants


OneEach = Annotated[Variants, AfterValidator(_one_per_account)]


class CreatePost(Command):
    """Makes a draft; with `wall_time` it has a planned time, `POST …/schedule` sets it going."""

    id: Own[PostId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    calendar_id: CalendarId = Field(description="The calendar it stands in.")
    pillar_id: PillarId | None = Field(
        default=None, description="The pillar of its calendar that it stands on."
    )
    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign of its community whose UTM its links carry."
    )
    title: Title = Field(description="Its name in the house; never published.")
    text: Text = Field(default="", description="The master text that variants inherit.")
    language: Language | None = Field(default=None, description="Its language, BCP 47.")
    labels: Labels = Field(default=[], description="Words of the house to find it by.")
    link_url: Link | None = Field(default=None, description="The page it leads to.")
    media_ids: MediaIds = Field(default=[], description="Its pictures and videos, in order.")
    poll: PollInput | None = Field(default=None, description=MASTER_POLL)
    quote_of: Quoted | None = Field(default=None, description=MASTER_QUOTE)
    first_comment: Comment | None = Field(default=None, description=MASTER_COMMENT)
    settings: NetworkSettings = Field(default={}, description=MASTER_SETTINGS)
    adaptations: Adaptations = Field(
        default=[], description="What it says for a network, locale, segment or tone."
    )
    variants: OneEach = Field(default=[], description="The accounts that say it, and how.")
    wall_time: WallTime | None = Field(default=None, description="Planned time in its zone.")
    time_zone: ZoneName | None = Field(
        default=None, description="IANA zone of the wall time; the calendar's when left out."
    )


class ChangePost(Change):
    calendar_id: CalendarId = may_change("Another calendar of the same community.")
    pillar_id: PillarId | None = may_change("The pillar it stands on; null: none.")
    campaign_id: CampaignId | None = may_change("The campaign it is for; null: none.")
    title: Title = may_change("Its name in the house; never published.")
    text: Text = may_change("The master text that variants inherit.")
    language: Language | None = may_change("Its language, BCP 47.")
    labels: Labels = may_change("Words of the house to find it by.")
    link_url: Link | None = may_change("The page it leads to.")
    media_ids: MediaIds = may_change("Its pictures and videos, in order.")
    poll: PollInput | None = may_change(MASTER_POLL)
    quote_of: Quoted | None = may_change(MASTER_QUOTE)
    first_comment: Comment | None = may_change(MASTER_COMMENT)
    settings: NetworkSettings = may_change(MASTER_SETTINGS)
    adaptations: Adaptations = may_change("All its adaptations; replaces the ones before.")
    variants: OneEach = may_change("All accounts that say it, and how; replaces the ones before.")
    wall_time: WallTime | None = may_change("Planned time in its zone.")
    time_zone: ZoneName = may_change("IANA zone of the wall time.")


class SchedulePost(Command):
    """Sets a post going: at a wall time, or at once."""

    wall_time: WallTime | None = Field(
        default=None, description="Planned time; the post's own when left out."
    )
    time_zone: ZoneName | None = Field(
        default=None, description="IANA zone of the wall time; the post's own when left out."
    )
    now: bool = Field(default=False, description="Publish at once.")

    @model_validator(mode="after")
    def _one_time(self) -> "SchedulePost":
        if self.now and self.wall_time is not None:
            raise ValueError("Send a wall_time or now, not both.")
        return self


class RetryPost(Command):
    account_ids: list[AccountId] = Field(
        default=[], max_length=MOST_VARIANTS, description="Only these targets; empty: all failed."
    )


class EditPost(Command):
    """New words for what is public; pictures, link and visibility stay."""

    parts: list[Text] = Field(
        min_length=1,
        max_length=50,
        description="What the copies shall say, one entry per message: as many as are public.",
        examples=[["On taille encore."]],
    )
    content_warning: str | None = Field(
        default=None,
        max_length=500,
        description="What it warns of; null: as before, empty: nothing.",
    )
    account_ids: list[AccountId] = Field(
        default=[], max_length=MOST_VARIANTS, description="Only these copies; empty: all."
    )


class WithdrawPost(Command):
    """Takes back what is public."""

    account_ids: list[AccountId] = Field(
        default=[], max_length=MOST_VARIANTS, description="Only these copies; empty: all."
    )


class HoldPost(Command):
    """Puts a post on legal hold."""

    reason: str = Field(
        min_length=1,
        max_length=2000,
        description="Why: everybody who reads the post or its events sees it.",
        examples=["Mise en demeure du 24 novembre."],
    )
