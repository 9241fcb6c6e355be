"""Posts, variants and deliveries: commands in, views out."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from domain.accounts.shapes import AudienceWord, Locale
from domain.connector.words import Visibility
from domain.kernel.clock import Moment, WallTime, ZoneName
from domain.kernel.ids import (
    AccountId,
    AttemptId,
    CalendarId,
    CampaignId,
    CommunityId,
    DeliveryId,
    MediaId,
    PillarId,
    PolicyId,
    PostId,
    PostVersionId,
    RecurrenceId,
    ReviewId,
    VariantId,
)
from domain.kernel.shapes import Change, Command, View, may_change
from domain.policies.rules import ApprovalState
from domain.posts.adaptation_shapes import (
    OWN_PARTS,
    OWN_WARNING,
    Adaptations,
    AdaptationView,
    AdaptedView,
    KeptView,
)
from domain.posts.comparing import PieceKind
from domain.posts.fields import (
    MASTER_COMMENT,
    MASTER_POLL,
    MASTER_SETTINGS,
    MOST_VARIANTS,
    OWN_COMMENT,
    OWN_SETTINGS,
    Comment,
    Labels,
    Language,
    Link,
    MediaIds,
    NetworkSettings,
    Settings,
    Text,
    Title,
)
from domain.posts.poll_shapes import OWN_POLL, PollInput, PollView
from domain.posts.rules import DeliveryKind, DeliveryState, PostState

OWN_LOCALE = "The locale of those it speaks to, BCP 47; null: the account's."
OWN_SEGMENT = "Which of its readers it speaks to; null: the account's."
OWN_TONE = "How it speaks to them; null: the account's."


class ProblemView(View):
    """Why a delivery did not arrive, or is not known to have."""

    code: str = Field(description="Stable code, such as `network.refused`.")
    message: str = Field(description="What happened, for people.")
    said: str = Field(description="The network's own words, without secrets.")
    acting_party: str = Field(description="Who must act: user, network, developer or operator.")
    is_retryable: bool = Field(description="Whether a retry can help.")
    next_at: Moment | None = Field(
        description="When Parvis goes on by itself; null: a person must."
    )


class RefView(View):
    remote_id: str = Field(description="The message's id on the network.")
    url: str | None = Field(description="Where people see it.")


class VariantView(View):
    id: VariantId = Field(description="The variant's id.")
    post_id: PostId = Field(description="The post it says.")
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
    first_comment: str | None = Field(description=OWN_COMMENT)
    settings: dict[str, Any] | None = Field(description=OWN_SETTINGS)
    version: int = Field(description="Counts changes.")


class DeliveryView(View):
    id: DeliveryId = Field(description="The delivery's id.")
    kind: DeliveryKind = Field(description="What it does over there.")
    post_id: PostId | None = Field(description="The post it brings out; null for answers.")
    account_id: AccountId = Field(description="The account that speaks.")
    state: DeliveryState = Field(description="How far it is.")
    due_at: Moment = Field(description="When it shall go out.")
    attempts: int = Field(description="How often it was sent.")
    problem: ProblemView | None = Field(description="What went wrong last; null: nothing.")
    refs: list[RefView] = Field(description="What is public, one entry per message.")
    url: str | None = Field(description="Where people see its first message.")
    published_at: Moment | None = Field(description="When it arrived.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was planned.")
    updated_at: Moment = Field(description="When it last changed.")


class AttemptView(View):
    id: AttemptId = Field(description="The attempt's id.")
    number: int = Field(description="Its place among the delivery's attempts and look-ups.")
    act: str = Field(description="`send` or `look_up`.")
    started_at: Moment = Field(description="When it began.")
    ended_at: Moment = Field(description="When its outcome was known.")
    outcome: str = Field(description="What came of it, such as `done` or `unknown`.")
    code: str | None = Field(description="The code of what went wrong.")
    detail: str | None = Field(description="The network's own words, without secrets.")


class PostView(View):
    id: PostId = Field(description="The post's id.")
    community_id: CommunityId = Field(description="The community it speaks to.")
    calendar_id: CalendarId = Field(description="The calendar it stands in.")
    pillar_id: PillarId | None = Field(description="The pillar it stands on; null: none.")
    campaign_id: CampaignId | None = Field(description="The campaign it is for; null: none.")
    title: str = Field(description="Its name in the house; never published.")
    text: str = Field(description="The master text that variants inherit.")
    language: str | None = Field(description="Its language, BCP 47.")
    labels: list[str] = Field(description="Words of the house to find it by.")
    link_url: str | None = Field(description="The page it leads to.")
    media_ids: list[MediaId] = Field(description="Its pictures and videos, in order.")
    poll: PollView | None = Field(description=MASTER_POLL)
    first_comment: str | None = Field(description=MASTER_COMMENT)
    settings: dict[str, Any] = Field(description=MASTER_SETTINGS)
    state: PostState = Field(description="How far it is, derived from its deliveries.")
    wall_time: WallTime | None = Field(description="The planned time on the clock of its zone.")
    time_zone: str = Field(description="The IANA zone of its wall time.")
    publish_at: Moment | None = Field(description="The planned moment in UTC.")
    published_at: Moment | None = Field(description="When its first copy was public.")
    recurrence_id: RecurrenceId | None = Field(description="The recurrence it was made of.")
    occurs_at: WallTime | None = Field(
        description="Which of its occurrences, by wall time; stays when the post is moved."
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


class SaidView(KeptView):
    """What one account says."""

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
    first_comment: str | None = Field(description=OWN_COMMENT)
    settings: dict[str, Any] | None = Field(description=OWN_SETTINGS)


class PostVersionView(View):
    """What a post said from one of its versions on."""

    id: PostVersionId = Field(description="The version's id.")
    post_id: PostId = Field(description="The post it is of.")
    number: int = Field(description="The post's version from which on it said this: its ETag.")
    actor: str = Field(description="Who wrote it, as the event log calls them.")
    created_at: Moment = Field(description="When it was written.")
    title: str = Field(description="Its name in the house.")
    text: str = Field(description="The master text.")
    language: str | None = Field(description="Its language, BCP 47.")
    labels: list[str] = Field(description="Words of the house to find it by.")
    link_url: str | None = Field(description="The page it leads to.")
    media_ids: list[MediaId] = Field(description="Its pictures and videos, in order.")
    poll: PollView | None = Field(description=MASTER_POLL)
    first_comment: str | None = Field(description=MASTER_COMMENT)
    settings: dict[str, Any] = Field(description=MASTER_SETTINGS)
    adaptations: list[AdaptedView] = Field(
        description="What it says for a network, locale, segment or tone."
    )
    variants: list[SaidView] = Field(description="The accounts that say it, and how.")


class PieceView(View):
    kind: PieceKind = Field(description="Whether both have it, or which one.")
    text: str = Field(description="The words, spaces and marks of the piece.")


class DifferenceView(View):
    pointer: str = Field(description="JSON pointer into the version, such as `/text`.")
    before: str | None = Field(description="What stood there; null: nothing. Lists as JSON.")
    after: str | None = Field(description="What stands there; null: nothing. Lists as JSON.")
    pieces: list[PieceView] = Field(description="A text word by word; empty for all else.")


class ComparisonView(View):
    """What changed between two versions of a post."""

    before: PostVersionView = Field(description="The earlier of the two.")
    after: PostVersionView = Field(description="The later of the two.")
    differences: list[DifferenceView] = Field(description="Every difference; empty: none.")


class ConflictView(View):
    """Both sides of a change that came too late."""

    base: PostVersionView = Field(description="What the post said at the version you sent.")
    current: PostVersionView = Field(description="What it says now.")


class VariantInput(Command):
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

    id: PostId | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
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


class HoldPost(Command):
    """Puts a post on legal hold."""

    reason: str = Field(
        min_length=1,
        max_length=2000,
        description="Why: everybody who reads the post or its events sees it.",
        examples=["Mise en demeure du 24 novembre."],
    )


class Settlement(Command):
    """What a person found out about a delivery whose outcome nobody can look up."""

    is_published: bool = Field(description="Whether the message is there.")
    url: Link | None = Field(default=None, description="Where it is seen.")
    remote_id: str | None = Field(
        default=None, max_length=500, description="Its id on the network, if known."
    )

    @model_validator(mode="after")
    def _says_which(self) -> "Settlement":
        if self.is_published and not (self.remote_id or self.url):
            raise ValueError("Say which message it is: remote_id or url.")
        return self


class ValidatePost(Command):
    """A post to be judged and not stored."""

    text: Text = Field(default="", description="The master text that variants inherit.")
    language: Language | None = Field(default=None, description="Its language, BCP 47.")
    link_url: Link | None = Field(default=None, description="The page it leads to.")
    media_ids: MediaIds = Field(default=[], description="Its pictures and videos, in order.")
    poll: PollInput | None = Field(default=None, description=MASTER_POLL)
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


class MisfitView(View):
    pointer: str = Field(description="JSON pointer into the variant.")
    code: str = Field(description="Stable code, such as `text.too_long`.")
    message: str = Field(description="What does not fit, for people.")
    limit: int | None = Field(description="The network's limit.")
    actual: int | None = Field(description="What was counted.")


class LengthView(View):
    length: int | None = Field(description="Length as the network counts it; null: it takes none.")
    maximum: int | None = Field(description="The longest it takes, in the same unit.")


class VerdictView(View):
    account_id: AccountId = Field(description="The account that would say it.")
    network: str = Field(description="Its network.")
    fits: bool = Field(description="Whether the network would take it.")
    parts: list[str] = Field(description="What it would say: its links carry the campaign's UTM.")
    link_url: str | None = Field(description="Where its link would lead, UTM included.")
    poll: PollView | None = Field(description="What it would ask; null: nothing.")
    first_comment: str | None = Field(description="What it would answer to itself; null: nothing.")
    first_comment_length: LengthView | None = Field(description="Its length; null: there is none.")
    settings: dict[str, Any] = Field(description="What its network would be told.")
    lengths: list[LengthView] = Field(description="One entry per message.")
    misfits: list[MisfitView] = Field(description="Everything that does not fit.")


class ValidationView(View):
    fits: bool = Field(description="Whether every network would take it.")
    targets: list[VerdictView] = Field(description="One verdict per account.")
