"""Recurrences: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment, WallTime, ZoneName
from domain.kernel.coded import Coded
from domain.kernel.ids import (
    CalendarId,
    CampaignId,
    CommunityId,
    MediaId,
    Own,
    PillarId,
    PostId,
    RecurrenceId,
)
from domain.kernel.shapes import Change, Command, View, may_change
from domain.posts.adaptation_shapes import Adaptations, AdaptedView
from domain.posts.command_shapes import OneEach
from domain.posts.fields import Labels, Language, Link, MediaIds, Text, Title
from domain.posts.version_shapes import SaidView

NEXT = 10
"""How many occurrences a preview shows."""
RULE = (
    "When, as RFC 5545 writes it: a line RRULE:…, lines RDATE:… and EXDATE:…; times are wall "
    "times of the zone, or UTC with a Z."
)
SPACING = "For how many days an account does not say the same again; 0: it may. With variations."
ADAPTATIONS = "What its posts say for a network, locale, segment or tone."
VARIANTS = "The accounts that say it, and how; empty: its posts stay drafts."
VARIATIONS = "Said in turn, so that no account repeats itself; empty: the text, each time."
RuleText = Annotated[
    str, Field(min_length=1, max_length=8000, examples=["RRULE:FREQ=WEEKLY;BYDAY=TU"])
]
Spacing = Annotated[int, Field(ge=0, le=365, examples=[30])]


class VariationView(View):
    """One of the texts that a recurrence says in turn."""

    text: str = Field(description="What it says instead of the text.")
    media_ids: list[MediaId] | None = Field(description="Its own media; null: the template's.")


class VariationInput(Command):
    """One of the texts that a recurrence says in turn."""

    text: Annotated[Text, Field(min_length=1)] = Field(description="What it says instead.")
    media_ids: MediaIds | None = Field(default=None, description="Its own media.")


Variations = Annotated[list[VariationInput], Field(max_length=100)]


class HindranceView(Coded):
    """What kept a post of a recurrence from being made or scheduled."""

    code: str = Field(description="Stable code, such as `variation.none_left`.")
    message: str = Field(description="What happened, for people.")
    occurs_at: WallTime = Field(description="The first occurrence that it concerns.")


class RecurrenceView(View):
    id: RecurrenceId = Field(description="The recurrence's id.")
    community_id: CommunityId = Field(description="The community it speaks to.")
    calendar_id: CalendarId = Field(description="The calendar its posts stand in.")
    pillar_id: PillarId | None = Field(description="The pillar its posts stand on; null: none.")
    campaign_id: CampaignId | None = Field(
        description="The campaign its posts are for; null: none."
    )
    title: str = Field(description="The name of its posts in the house.")
    text: str = Field(description="The text of its posts.")
    language: str | None = Field(description="Its language, BCP 47; null: not said.")
    labels: list[str] = Field(description="The labels of its posts.")
    link_url: str | None = Field(description="The page its posts lead to; null: none.")
    media_ids: list[MediaId] = Field(description="The pictures and videos of its posts.")
    adaptations: list[AdaptedView] = Field(description=ADAPTATIONS)
    variants: list[SaidView] = Field(description=VARIANTS)
    variations: list[VariationView] = Field(description=VARIATIONS)
    spacing_days: int = Field(description=SPACING)
    rule: str = Field(description=RULE)
    starts_at: WallTime = Field(description="Where the rule begins: its time of day is the rule's.")
    time_zone: str = Field(description="The IANA zone of its wall times.")
    needs_variation: bool = Field(
        description="Whether an occurrence has no post because every variation was said lately."
    )
    problem: HindranceView | None = Field(
        description="What keeps a coming post from being made or scheduled; null: nothing."
    )
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateRecurrence(Command):
    """A post that comes again: its posts are made and scheduled by themselves."""

    id: Own[RecurrenceId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    calendar_id: CalendarId = Field(description="The calendar its posts stand in.")
    pillar_id: PillarId | None = Field(
        default=None, description="The pillar of its calendar that its posts stand on."
    )
    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign of its community that its posts are for."
    )
    title: Title = Field(description="The name of its posts in the house; never published.")
    text: Text = Field(default="", description="The text of its posts.")
    language: Language | None = Field(default=None, description="Its language, BCP 47.")
    labels: Labels = Field(default=[], description="The labels of its posts.")
    link_url: Link | None = Field(default=None, description="The page its posts lead to.")
    media_ids: MediaIds = Field(default=[], description="The pictures and videos of its posts.")
    adaptations: Adaptations = Field(default=[], description=ADAPTATIONS)
    variants: OneEach = Field(default=[], description=VARIANTS)
    variations: Variations = Field(default=[], description=VARIATIONS)
    spacing_days: Spacing = Field(default=30, description=SPACING)
    rule: RuleText = Field(description=RULE)
    starts_at: WallTime = Field(description="Where the rule begins: its time of day is the rule's.")
    time_zone: ZoneName | None = Field(
        default=None, description="IANA zone of its wall times; the calendar's when left out."
    )


class ChangeRecurrence(Change):
    pillar_id: PillarId | None = may_change("The pillar its posts stand on; null: none.")
    campaign_id: CampaignId | None = may_change("The campaign they are for; null: none.")
    title: Title = may_change("The name of its posts in the house; never published.")
    text: Text = may_change("The text of its posts.")
    language: Language | None = may_change("Its language, BCP 47.")
    labels: Labels = may_change("The labels of its posts.")
    link_url: Link | None = may_change("The page its posts lead to.")
    media_ids: MediaIds = may_change("The pictures and videos of its posts.")
    adaptations: Adaptations = may_change("All adaptations; replaces the ones before.")
    variants: OneEach = may_change("All accounts that say it; replaces the ones before.")
    variations: Variations = may_change("All variations; replaces the ones before.")
    spacing_days: Spacing = may_change(SPACING)
    rule: RuleText = may_change(RULE)
    starts_at: WallTime = may_change("Where the rule begins: its time of day is the rule's.")
    time_zone: ZoneName = may_change("IANA zone of its wall times.")


class SplitRecurrence(ChangeRecurrence):
    """Makes one occurrence and all after it a recurrence of their own, changed as is sent."""

    id: Own[RecurrenceId] | None = may_change("A UUIDv7 of your own for the new one, if you like.")
    occurs_at: WallTime = Field(description="The occurrence from which on it is another one.")


class SkipOccurrence(Command):
    occurs_at: WallTime = Field(description="The occurrence that shall not be, by wall time.")


class PlanOccurrence(Command):
    occurs_at: WallTime = Field(description="The occurrence, by wall time.")


class PreviewRecurrence(Command):
    """A rule to be tried and not stored."""

    calendar_id: CalendarId = Field(description="The calendar whose zone it has by default.")
    rule: RuleText = Field(description=RULE)
    starts_at: WallTime = Field(description="Where the rule begins: its time of day is the rule's.")
    time_zone: ZoneName | None = Field(
        default=None, description="IANA zone of its wall times; the calendar's when left out."
    )


class OccurrenceView(View):
    """One time a recurrence comes round."""

    occurs_at: WallTime = Field(description="When, on the clock of the zone.")
    time_zone: str = Field(description="The IANA zone.")
    at: Moment = Field(
        description="The same in UTC: the next valid moment in a gap, the first in an overlap."
    )
    post_id: PostId | None = Field(description="Its post; null: none is made yet.")
    problem: str | None = Field(
        description="Code of what keeps its post from being made or scheduled; null: nothing."
    )


class PreviewView(View):
    occurrences: list[OccurrenceView] = Field(description="The next ten, the soonest first.")
