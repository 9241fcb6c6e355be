"""Pauses: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.ids import AccountId, CalendarId, CommunityId, DeliveryId, Own, PauseId
from domain.kernel.shapes import Command, View
from domain.kernel.words import Word

Reason = Annotated[str, Field(min_length=1, max_length=500, examples=["Accident on the line"])]
MOST_UNDER_WAY = 100


class Overdue(Word):
    """What becomes of what should have gone out meanwhile."""

    PUBLISH = "publish", "It goes out at once."
    SKIP = "skip", "It is cancelled."
    ASK = "ask", "It waits for somebody to decide."


class PauseView(View):
    id: PauseId = Field(description="The pause's id.")
    community_id: CommunityId | None = Field(
        description="The community that is paused, or that the calendar or account belongs to; "
        "null: everything is paused."
    )
    calendar_id: CalendarId | None = Field(
        description="The calendar that is paused; null: no calendar alone."
    )
    account_id: AccountId | None = Field(
        description="The account that is paused; null: no account alone."
    )
    reason: str = Field(description="Why, in the words of whoever paused it.")
    paused_by: str = Field(description="Who paused it, as the event log calls them.")
    overdue: int = Field(description="How many messages should have gone out meanwhile.")
    under_way_ids: list[DeliveryId] = Field(
        description="Deliveries it covers that were on their way out before it began and still are:"
        f" it does not stop them; at most {MOST_UNDER_WAY}."
    )
    ended_at: Moment | None = Field(description="When it ended; null: it goes on.")
    ended_by: str | None = Field(description="Who ended it; null: nobody yet.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="Since when it holds.")
    updated_at: Moment = Field(description="When it last changed.")


class CreatePause(Command):
    """Of what all that is named have in common; with nothing named, of everything."""

    id: Own[PauseId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    community_id: CommunityId | None = Field(default=None, description="A community to pause.")
    calendar_id: CalendarId | None = Field(default=None, description="A calendar to pause.")
    account_id: AccountId | None = Field(default=None, description="An account to pause.")
    reason: Reason = Field(description="Why, for those who wonder.")


class EndPause(Command):
    overdue: Overdue | None = Field(
        default=None,
        description="What becomes of what should have gone out meanwhile: `publish` it now, `skip` "
        "it, or `ask`: it waits until a person decides. Needed where anything is overdue.",
    )
