"""Calendars that are subscribed to and their occasions: commands in, views out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, computed_field

from domain.connector.errors import ActingParty
from domain.connector.troubles import party_of
from domain.kernel.clock import Day, Moment
from domain.kernel.coded import Coded
from domain.kernel.ids import CommunityId, EventCalendarId, OccasionId, Own
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change
from domain.kernel.words import Word
from domain.occasions.rules import address

MOST_DAYS_BEFORE = 180
ADDRESS = r"^(webcal|https?)://[a-zA-Z0-9][a-zA-Z0-9.-]*(:[1-9][0-9]{0,4})?([/?][!-~]*)?$"
Name = Annotated[str, Field(min_length=1, max_length=120, examples=["Jours fériés, Vaud"]), Visible]
DaysBefore = Annotated[int, Field(ge=0, le=MOST_DAYS_BEFORE, examples=[14])]
Url = Annotated[
    str,
    AfterValidator(address),
    Field(
        min_length=1,
        max_length=2000,
        pattern=ADDRESS,
        examples=["https://example.ch/jours-feries.ics"],
    ),
]
OF_URL = "Where the calendar is read, as iCalendar; `webcal:` is read over https."
OF_DAYS = (
    "How many days before an occasion it is told of as near, and proposed as an idea; null: never."
)


class EventCalendarState(Word):
    """How following a calendar goes."""

    WAITING = "waiting", "It has not been read yet."
    FOLLOWED = "followed", "It is read regularly."
    TROUBLED = "troubled", "It cannot be read; `problem` says why."


class ReadingProblem(Coded):
    """Why a calendar could not be read; it is tried again all the same."""

    code: str = Field(description="Stable code, such as `network.missing`.")
    message: str = Field(description="What is wrong, for people.")
    said: str = Field(description="The server's own words, without secrets; may be empty.")
    since: Moment = Field(description="When it was first found so.")

    @computed_field(description="Who can end it: user, operator or network.")  # type: ignore[prop-decorator]  # as in `Coded`
    @property
    def acting_party(self) -> ActingParty:
        return party_of(self.code)


class EventCalendarView(View):
    id: EventCalendarId = Field(description="The calendar's id.")
    community_id: CommunityId = Field(description="The community whose occasions it tells.")
    name: str = Field(description="Its name for people.")
    url: str = Field(description=OF_URL)
    proposes_days_before: int | None = Field(description=OF_DAYS)
    state: EventCalendarState = Field(description="How following it goes.")
    problem: ReadingProblem | None = Field(
        description="Why it could not be read last; null: nothing is wrong."
    )
    read_at: Moment | None = Field(description="When it was last read well; null: never.")
    next_read_at: Moment | None = Field(description="When it is read next; null: not again.")
    version: int = Field(description="Counts changes by people; the ETag.")
    created_at: Moment = Field(description="When it was subscribed to.")
    updated_at: Moment = Field(description="When people last changed it.")


class CreateEventCalendar(Command):
    id: Own[EventCalendarId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    community_id: CommunityId = Field(description="The community whose occasions it tells.")
    name: Name = Field(description="Its name for people.")
    url: Url = Field(description=OF_URL)
    proposes_days_before: DaysBefore | None = Field(default=None, description=OF_DAYS)


class ChangeEventCalendar(Change):
    name: Name = may_change("Its name for people.")
    url: Url = may_change("Another address: it is read at once.")
    proposes_days_before: DaysBefore | None = may_change(OF_DAYS)


class OccasionView(View):
    id: OccasionId = Field(description="The occasion's id.")
    event_calendar_id: EventCalendarId = Field(description="The calendar that tells of it.")
    community_id: CommunityId = Field(description="The community of that calendar.")
    title: str = Field(description="What it is called over there.")
    description: str = Field(description="What is said of it; may be empty.")
    place: str = Field(description="Where it happens; may be empty.")
    url: str | None = Field(description="The page about it; null: none is named.")
    is_all_day: bool = Field(description="Whether it takes whole days.")
    starts_on: Day = Field(description="Its first day, where the community is.")
    ends_on: Day = Field(description="Its last day, where the community is.")
    starts_at: Moment = Field(description="When it begins; of whole days, at midnight there.")
    ends_at: Moment = Field(description="When it is over.")
    time_zone: str | None = Field(
        description="The IANA zone it was given in; null: whole days, or none was named."
    )
    propose_on: Day | None = Field(
        description="The day on which it is told of as near; null: it is not."
    )
    proposed_at: Moment | None = Field(
        description="When that was done, as `occasion.near`; null: it was not."
    )
    version: int = Field(description="Counts changes.")


@dataclass(frozen=True, slots=True)
class Found:
    """One occasion as a calendar tells it; `uid` and `recurrence` are what makes it itself."""

    uid: str
    recurrence: str
    title: str
    description: str
    place: str
    url: str | None
    is_all_day: bool
    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A calendar that a worker is to read, and what of it is known."""

    id: UUID
    url: str
    time_zone: str
    etag: str
    modified: str
    lease_end: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A calendar that was read: its occasions, and what the server said of its version."""

    found: tuple[Found, ...]
    etag: str
    modified: str
