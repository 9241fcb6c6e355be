"""Upkeep of posts: when they are looked at again, by whom, and whether they may still hold."""

from typing import Annotated

from pydantic import Field

from domain.kernel.clock import Moment, WallTime, ZoneName
from domain.kernel.ids import CommunityId, MemberId, PostId
from domain.kernel.shapes import Change, Command, View, may_change
from domain.upkeep.rules import UpdateReason

MOST_DAYS = 3650
Days = Annotated[int, Field(ge=1, le=MOST_DAYS, examples=[90])]
OF_VALID_UNTIL = (
    "Until when what it says holds, on the clock of `time_zone`; null: no end is known. What is "
    "not out by then does not go out (`publishing.expired`)."
)
OF_EVERY = "How many days after a check the next one is due; null: checks are set one by one."
OF_NEXT = "When somebody checks next whether it still holds, on the clock of `time_zone`."
OF_CHECKER = "The member who checks it; null: whoever reads the agenda."


class UpkeepView(View):
    post_id: PostId = Field(description="The post that is kept up to date.")
    community_id: CommunityId = Field(description="The post's community.")
    time_zone: str = Field(description="The IANA zone of its wall times: the post's at first.")
    valid_until: WallTime | None = Field(description=OF_VALID_UNTIL)
    valid_until_at: Moment | None = Field(description="That moment in UTC; null: it holds on.")
    check_every_days: int | None = Field(description=OF_EVERY)
    next_check: WallTime | None = Field(description=OF_NEXT + " Null: never.")
    next_check_at: Moment | None = Field(description="That moment in UTC; null: none is set.")
    checker_id: MemberId | None = Field(description=OF_CHECKER)
    stale_for: list[UpdateReason] = Field(
        description="Why what is public of it may no longer hold; empty: nothing is known."
    )
    checked_at: Moment | None = Field(description="When it was last found good; null: never.")
    checked_by: str | None = Field(
        description="Who found it so, as the event log calls them; null: nobody has."
    )
    version: int = Field(description="Counts changes; the ETag.")


class ChangeUpkeep(Change):
    time_zone: ZoneName = may_change("Another zone for its wall times.")
    valid_until: WallTime | None = may_change(OF_VALID_UNTIL)
    check_every_days: Days | None = may_change(OF_EVERY)
    next_check: WallTime | None = may_change(OF_NEXT + " Left out: counted from today.")
    checker_id: MemberId | None = may_change(OF_CHECKER)


class ConfirmUpkeep(Command):
    """Says that what is public still holds."""

    valid_until: WallTime | None = Field(
        default=None,
        description="Until when it holds from now on; needed where its validity is over.",
    )
    next_check: WallTime | None = Field(
        default=None, description="When it is checked next; left out: as `check_every_days` says."
    )
    words: str = Field(
        default="",
        max_length=2000,
        description="What you say of it; kept with the updates that are dismissed by it.",
        examples=["Vérifié auprès du canton."],
    )
