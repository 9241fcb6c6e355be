"""Content calendars: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.calendars.rules import CatchUp
from domain.kernel.clock import Moment, ZoneName
from domain.kernel.ids import CalendarId, CommunityId, Own, PillarId
from domain.kernel.names import Visible
from domain.kernel.shapes import Change, Command, View, may_change

Name = Annotated[str, Field(min_length=1, max_length=120, examples=["Réseaux"]), Visible]
Description = Annotated[str, Field(max_length=2000)]
Minutes = Annotated[int, Field(ge=1, le=10_080, examples=[60])]
OF_CATCH_UP = (
    "What becomes of a post that could not go out in time, as nothing was there to send it: "
    "`publish` it late, `skip` it, or `ask`: it waits until a person decides. What people had held "
    "back, or a lost login, is never skipped: it is asked about."
)
OF_CATCH_UP_AFTER = "How many minutes late a post may go out before `catch_up` holds."
Colour = Annotated[str, Field(max_length=7, pattern=r"^#[0-9a-f]{6}$", examples=["#2f6f4f"])]


class CalendarView(View):
    id: CalendarId = Field(description="The calendar's id.")
    community_id: CommunityId = Field(description="The community it plans for.")
    name: str = Field(description="Its name for people.")
    description: str = Field(description="What it is for.")
    colour: str = Field(description="The colour frontends show it in, `#rrggbb`.")
    time_zone: str = Field(description="IANA zone of its wall times and of its days.")
    catch_up: CatchUp = Field(description=OF_CATCH_UP)
    catch_up_after_min: int = Field(description=OF_CATCH_UP_AFTER)
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateCalendar(Command):
    id: Own[CalendarId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    community_id: CommunityId = Field(description="The community it plans for.")
    name: Name = Field(description="Its name for people.")
    description: Description = Field(default="", description="What it is for.")
    colour: Colour = Field(default="#2f6f4f", description="The colour frontends show it in.")
    time_zone: ZoneName | None = Field(
        default=None, description="IANA zone of its wall times; the community's when left out."
    )
    catch_up: CatchUp = Field(default=CatchUp.PUBLISH, description=OF_CATCH_UP)
    catch_up_after_min: Minutes = Field(default=60, description=OF_CATCH_UP_AFTER)


class ChangeCalendar(Change):
    name: Name = may_change("Its name for people.")
    description: Description = may_change("What it is for.")
    colour: Colour = may_change("The colour frontends show it in.")
    time_zone: ZoneName = may_change("IANA zone of its wall times; planned posts keep theirs.")
    catch_up: CatchUp = may_change(OF_CATCH_UP)
    catch_up_after_min: Minutes = may_change(OF_CATCH_UP_AFTER)


Objective = Annotated[str, Field(max_length=2000, examples=["Be known for our terraces."])]
Share = Annotated[int, Field(ge=0, le=100, examples=[30])]


class PillarView(View):
    id: PillarId = Field(description="The pillar's id.")
    calendar_id: CalendarId = Field(description="The calendar that stands on it.")
    name: str = Field(description="Its name for people.")
    colour: str = Field(description="The colour frontends show it in, `#rrggbb`.")
    objective: str = Field(description="What it is for.")
    share_percent: int | None = Field(
        description="The share of the calendar's posts it should have; null: none was set."
    )
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was made.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreatePillar(Command):
    id: Own[PillarId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    calendar_id: CalendarId = Field(description="The calendar that stands on it.")
    name: Name = Field(description="Its name for people.")
    colour: Colour = Field(default="#2f6f4f", description="The colour frontends show it in.")
    objective: Objective = Field(default="", description="What it is for.")
    share_percent: Share | None = Field(
        default=None, description="The share of the calendar's posts it should have."
    )


class ChangePillar(Change):
    name: Name = may_change("Its name for people.")
    colour: Colour = may_change("The colour frontends show it in.")
    objective: Objective = may_change("What it is for.")
    share_percent: Share | None = may_change("The share it should have; null: none.")
