"""Links to calendars: commands in, views out, and what a calendar program is shown."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from domain.calendars.tables import Calendar
from domain.kernel.clock import Moment
from domain.kernel.ids import CalendarFeedId, CalendarId, MemberId
from domain.kernel.names import Visible
from domain.kernel.shapes import Command, View
from domain.posts.rules import PostState

FORM = 1
"""Counts the forms that feeds have had, so that tags of an earlier one no longer match."""
Name = Annotated[
    str, Field(min_length=1, max_length=120, examples=["Agenda of the studio"]), Visible
]
OF_DRAFTS = "Whether drafts that have a time stand in it too."
OF_TEXT = "Whether it tells what posts say; else their names and labels alone."


class CalendarFeedView(View):
    id: CalendarFeedId = Field(description="The link's id.")
    calendar_id: CalendarId = Field(description="The calendar it shows.")
    name: str = Field(description="Whose or what it is for.")
    hint: str = Field(description="The last characters of its secret.")
    shows_drafts: bool = Field(description=OF_DRAFTS)
    shows_text: bool = Field(description=OF_TEXT)
    made_by: MemberId | None = Field(description="The member who made it; null: a token did.")
    created_at: Moment = Field(description="When it was made.")


class NewCalendarFeed(CalendarFeedView):
    """A link and its address, which is shown only once."""

    url: str = Field(description="Where calendar programs read it; shown only now.")


class CreateCalendarFeed(Command):
    name: Name = Field(description="Whose or what it is for.")
    shows_drafts: bool = Field(default=False, description=OF_DRAFTS)
    shows_text: bool = Field(default=False, description=OF_TEXT)


class Shown(NamedTuple):
    """One post, as far as a feed tells of it."""

    id: UUID
    version: int
    title: str
    text: str
    labels: list[str]
    state: PostState
    publish_at: datetime
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class FeedSeen:
    """What a calendar program is shown: a calendar and its posts by moment."""

    feed_id: UUID
    calendar: Calendar
    shows_text: bool
    posts: tuple[Shown, ...]

    @property
    def tag(self) -> str:
        """What changes whenever the feed does: every change of a post counts its version up."""
        versions = ((post.id.hex, post.version) for post in self.posts)
        told = (FORM, self.feed_id.hex, self.calendar.version, *versions)
        return sha256(repr(told).encode()).hexdigest()[:32]
