"""Sources that posts rest on: commands in, views out, and what a worker is to read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.coded import Coded
from domain.kernel.ids import CommunityId, Own, PostId, SourceId
from domain.kernel.shapes import Change, Command, View, may_change
from domain.kernel.words import Word
from domain.posts.fields import Link
from domain.sources.rules import LEAST_HOURS, MOST_HOURS, USUAL_HOURS

Hours = Annotated[int, Field(ge=LEAST_HOURS, le=MOST_HOURS, examples=[24])]
OF_URL = (
    "The page that it rests on, or the feed (RSS, Atom or JSON Feed). Of a PDF document its words "
    "are compared; where it has none that can be read, such as a scan, its bytes."
)
OF_ENTRY = "The id or link of an entry of that feed; null: the page itself."
OF_HOURS = "After how many hours it is read again, at the latest."


class SourceState(Word):
    """How watching a source goes."""

    WAITING = "waiting", "It has not been read yet."
    WATCHED = "watched", "It is read regularly."
    TROUBLED = "troubled", "It cannot be read; `problem` says why."


class SourceProblem(Coded):
    """Why a source could not be read; it is tried again all the same."""

    code: str = Field(description="Stable code, such as `network.missing`.")
    message: str = Field(description="What is wrong, for people.")
    said: str = Field(description="The server's own words, without secrets; may be empty.")
    acting_party: str = Field(description="Who must act: user, network or operator.")
    remedy: str = Field(description="What to do about it, for people.")
    since: Moment = Field(description="When it was first found so.")


class SourceView(View):
    id: SourceId = Field(description="The source's id.")
    post_id: PostId = Field(description="The post that rests on it.")
    community_id: CommunityId = Field(description="The post's community.")
    url: str = Field(description=OF_URL)
    entry: str | None = Field(description=OF_ENTRY)
    every_hours: int = Field(description=OF_HOURS)
    state: SourceState = Field(description="How watching it goes.")
    excerpt: str = Field(description="How its text begins; empty: it was not read yet.")
    changed_at: Moment | None = Field(
        description="When its text last changed since it was named here; null: it did not."
    )
    difference: str | None = Field(
        description="What changed then: lines that went (`-`) and came (`+`); null: nothing yet."
    )
    problem: SourceProblem | None = Field(
        description="Why it could not be read last; null: nothing is wrong."
    )
    moved_to: str | None = Field(
        description="Where its server says that it is for good (301, 308); null: nowhere else."
    )
    read_at: Moment | None = Field(description="When it was last read well; null: never.")
    next_read_at: Moment | None = Field(description="When it is read next; null: not again.")
    version: int = Field(description="Counts changes by people; the ETag.")
    created_at: Moment = Field(description="When it was named.")
    updated_at: Moment = Field(description="When people last changed it.")


class CreateSource(Command):
    id: Own[SourceId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    post_id: PostId = Field(description="The post that rests on it.")
    url: Link = Field(description=OF_URL)
    entry: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        default=None, description=OF_ENTRY
    )
    every_hours: Hours = Field(default=USUAL_HOURS, description=OF_HOURS)


class ChangeSource(Change):
    every_hours: Hours = may_change(OF_HOURS)


class AcceptMove(Command):
    """Has a page that moved for good be watched where it is now."""

    url: Link = Field(description="The new address, as `moved_to` tells it.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that a worker is to read, and what of it is known."""

    id: UUID
    url: str
    entry: str
    etag: str
    modified: str
    lease_end: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What a page says, and what its server said of the version."""

    text: str
    etag: str
    modified: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a page: None is as it was, or where it was."""

    found: Found | None
    moved_to: str | None
