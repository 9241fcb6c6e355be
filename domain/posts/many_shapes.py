"""Many deliveries sent again, many posts moved: what is chosen, and what came of it."""

from typing import Annotated

from pydantic import Field

from domain.accounts.shapes import KnownNetwork
from domain.kernel.clock import Moment, WallTime
from domain.kernel.ids import AccountId, CalendarId, CampaignId, CommunityId, DeliveryId, PostId
from domain.kernel.shapes import Command, View

MOST = 500
"""Of one request; whoever has more asks again."""
Code = Annotated[str, Field(min_length=1, max_length=60, examples=["network.grant_expired"])]
Minutes = Annotated[int, Field(ge=-527_040, le=527_040, examples=[60])]
DRY_RUN = "Whether it is only told what would happen, and nothing changes."


class RetryDeliveries(Command):
    """Those that failed or were missed; every list that is sent narrows them."""

    account_ids: list[AccountId] = Field(
        default=[], max_length=50, description="Only of these accounts."
    )
    community_ids: list[CommunityId] = Field(
        default=[], max_length=50, description="Only of accounts of these communities."
    )
    networks: list[KnownNetwork] = Field(default=[], max_length=30, description="Only to these.")
    codes: list[Code] = Field(
        default=[], max_length=30, description="Only where this is what went wrong."
    )
    since: Moment | None = Field(default=None, description="Due from this moment on.")
    until: Moment | None = Field(default=None, description="Due before this moment.")
    dry_run: bool = Field(default=False, description=DRY_RUN)


class RetriedView(View):
    is_dry_run: bool = Field(description=DRY_RUN)
    delivery_ids: list[DeliveryId] = Field(
        description="What is sent again, the longest due first; at most 500."
    )
    has_more: bool = Field(description="Whether more are left; ask again.")


class ReschedulePosts(Command):
    """Scheduled posts, moved together on the clock of their zones."""

    by_minutes: Minutes = Field(description="How far, back where it is less than nothing.")
    calendar_ids: list[CalendarId] = Field(
        default=[], max_length=50, description="Only in these calendars."
    )
    community_ids: list[CommunityId] = Field(
        default=[], max_length=50, description="Only of these communities."
    )
    campaign_ids: list[CampaignId] = Field(
        default=[], max_length=50, description="Only of these campaigns."
    )
    post_ids: list[PostId] = Field(default=[], max_length=MOST, description="Only these posts.")
    since: Moment | None = Field(default=None, description="Planned from this moment on.")
    until: Moment | None = Field(default=None, description="Planned before this moment.")
    dry_run: bool = Field(default=False, description=DRY_RUN)


class MovedView(View):
    """Where a post was and where it is; `code` says why it stayed."""

    post_id: PostId = Field(description="The post.")
    previous_at: Moment = Field(description="When it was planned for.")
    publish_at: Moment = Field(description="When it is planned for now.")
    wall_time: WallTime | None = Field(
        description="As it is planned now on the clock of its zone, which may skip or repeat "
        "it; null: none."
    )
    code: str | None = Field(
        description="Why it stayed: `time.past`, `time.after_validity`, or `post.going_out`; null: "
        "it moved."
    )


class LeftOutView(View):
    """A post that was named and is not among those that can move."""

    post_id: PostId = Field(description="The post, as it was named.")
    code: str = Field(
        description="Why: `state.not_allowed` where it is not scheduled, `post.on_hold`, "
        "`time.missing`, `not_found`, `filter.unmatched` where another filter leaves it out."
    )
    message: str = Field(description="Why, for people.")


class RescheduledView(View):
    is_dry_run: bool = Field(description=DRY_RUN)
    posts: list[MovedView] = Field(description="What moved or stayed, the soonest first.")
    left_out: list[LeftOutView] = Field(
        description="Posts of `post_ids` that are not among `posts`, as they were named."
    )
    has_more: bool = Field(description="Whether more were chosen than 500; narrow the choice.")
