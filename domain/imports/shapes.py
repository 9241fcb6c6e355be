"""Imports: what a line may say, and views of how far they are."""

from typing import Annotated

from pydantic import Field

from domain.imports.rules import ImportState, RowResult
from domain.kernel.clock import Moment, WallTime, ZoneName
from domain.kernel.ids import CalendarId, CommunityId, ImportId, PostId
from domain.kernel.shapes import Command, View
from domain.posts.adaptation_shapes import Adaptations
from domain.posts.command_shapes import OneEach
from domain.posts.fields import (
    MASTER_COMMENT,
    MASTER_POLL,
    MASTER_QUOTE,
    MASTER_SETTINGS,
    MOST_VARIANTS,
    Comment,
    Labels,
    Language,
    Link,
    MediaIds,
    NetworkSettings,
    Quoted,
    Text,
    Title,
)
from domain.posts.poll_shapes import PollInput

MOST_ROWS = 10_000
Name = Annotated[str, Field(min_length=1, max_length=300)]


class ImportLine(Command):
    """A post as a line of a file says it."""

    title: Title = Field(description="Its name in the house; never published.")
    text: Text = Field(default="", description="The master text.")
    language: Language | None = Field(default=None, description="Its language, BCP 47.")
    labels: Labels = Field(default=[], description="Words of the house to find it by.")
    link_url: Link | None = Field(default=None, description="The page it leads to.")
    media_ids: MediaIds = Field(default=[], description="Its pictures and videos, in order.")
    poll: PollInput | None = Field(default=None, description=MASTER_POLL)
    quote_of: Quoted | None = Field(default=None, description=MASTER_QUOTE)
    first_comment: Comment | None = Field(default=None, description=MASTER_COMMENT)
    settings: NetworkSettings = Field(default={}, description=MASTER_SETTINGS)
    wall_time: WallTime | None = Field(default=None, description="Planned time in its zone.")
    time_zone: ZoneName | None = Field(default=None, description="Zone; the calendar's if absent.")
    accounts: list[Name] = Field(
        default=[],
        max_length=MOST_VARIANTS,
        description="The accounts that say it: `acct_…` or `network:handle`.",
    )
    campaign: Name | None = Field(default=None, description="Its campaign, by id or name.")
    pillar: Name | None = Field(default=None, description="Its pillar, by id or name.")
    adaptations: Adaptations = Field(
        default=[], description="What it says for a network, locale, segment or tone."
    )
    variants: OneEach = Field(default=[], description="What accounts say otherwise.")


class ImportView(View):
    id: ImportId = Field(description="The import's id.")
    community_id: CommunityId = Field(description="The community of its calendar.")
    calendar_id: CalendarId = Field(description="The calendar its posts stand in.")
    is_dry_run: bool = Field(description="Whether its rows are judged only, and nothing is made.")
    state: ImportState = Field(description="How far it is.")
    total: int = Field(description="How many rows the file has.")
    done: int = Field(description="How many of them were worked through.")
    made: int = Field(description="How many became a post; of a dry run, would become one.")
    refused: int = Field(description="How many were refused.")
    removed: int = Field(description="How many of its posts were removed again.")
    kept: int = Field(description="How many of its posts stayed when it was undone.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When the file came.")
    updated_at: Moment = Field(description="When it last went on.")


class RowFaultView(View):
    """What is wrong with a row of an import."""

    pointer: str = Field(description="The column, such as `/wall_time`; empty: the row itself.")
    code: str = Field(description="Stable code of the fault.")
    message: str = Field(description="What is wrong, for people.")


class ImportRowView(View):
    number: int = Field(description="Its place in the file: the first row is 1.")
    result: RowResult = Field(description="What came of it.")
    post_id: PostId | None = Field(description="The post that it became; null: none is there.")
    faults: list[RowFaultView] = Field(description="Why it was refused, or its post was kept.")
