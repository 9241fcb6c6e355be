"""/v1/posts: planned, changed, set going, taken back."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import (
    ForCampaigns,
    InCalendars,
    InStates,
    Labelled,
    OfCommunities,
    OfNetworks,
    OnPillars,
    SaidBy,
    Saying,
)
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.clock import Moment
from domain.kernel.ids import (
    PostId,
    RecurrenceId,
)
from domain.kernel.shapes import Page
from domain.plans import queue
from domain.posts import (
    delivery_queries,
    editing,
    judging,
    planning,
    queries,
    service,
    settling,
    showing,
    withdrawing,
)
from domain.posts.command_shapes import (
    ChangePost,
    CreatePost,
    EditPost,
    RetryPost,
    SchedulePost,
    WithdrawPost,
)
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.queries import PostFilter, PostSort
from domain.posts.shapes import PostDetail, PostSummary
from domain.posts.validation_shapes import ValidatePost, ValidationView

router = APIRouter(prefix="/v1/posts", tags=["posts"], route_class=TransactionRoute)
EVERYWHERE = WithdrawPost()
IsStale = Annotated[
    bool | None,
    Query(
        description="Only what may no longer hold: past its validity, its check is due, or a "
        "source has changed; or only the others."
    ),
]


async def _filter(
    state: InStates = [],  # noqa: B006 - FastAPI copies it
    community_id: OfCommunities = [],  # noqa: B006 - as above
    calendar_id: InCalendars = [],  # noqa: B006 - as above
    pillar_id: OnPillars = [],  # noqa: B006 - as above
    campaign_id: ForCampaigns = [],  # noqa: B006 - as above
    account_id: SaidBy = [],  # noqa: B006 - as above
    network: OfNetworks = [],  # noqa: B006 - as above
    label: Labelled = [],  # noqa: B006 - as above
    since: Annotated[Moment | None, Query(description="Planned from this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Planned before this moment.")] = None,
    recurrence_id: Annotated[
        list[RecurrenceId], Query(max_length=50, description="Only made of these recurrences.")
    ] = [],  # noqa: B006 - as above
    is_stale: IsStale = None,
    q: Saying = None,
) -> PostFilter:
    return PostFilter(
        states=state,
        community_ids=community_id,
        calendar_ids=calendar_id,
        pillar_ids=pillar_id,
        campaign_ids=campaign_id,
        account_ids=account_id,
        networks=network,
        labels=label,
        since=since,
        until=until,
        recurrence_ids=recurrence_id,
        is_stale=is_stale,
        words=q,
    )


FilterDep = Annotated[PostFilter, Depends(_filter)]


@router.get("", summary="List posts")
async def list_posts(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    where: FilterDep,
    sort: Annotated[
        PostSort, Query(description="The order; `publish_at` shows planned posts only.")
    ] = PostSort.CREATED_DOWN,
) -> Page[PostSummary]:
    """Each with how its approval stands. Needs the scope `posts:read`."""
    found = await queries.list_summaries(session, caller, page, where=where, sort=sort)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a draft")
async def create_post(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreatePost
) -> PostDetail:
    """Nothing goes out before `POST /v1/posts/{id}/schedule`. Needs the scope `posts:write`."""
    view = await service.create_post(session, caller, command, now=now)
    located(response, "/v1/posts", view)
    return tagged(response, view)


@router.post("/validate", summary="Judge a post without storing it")
async def validate_post(
    session: SessionDep, caller: CallerDep, now: NowDep, command: ValidatePost
) -> ValidationView:
    """Text and media counted as each network counts them, all misfits at once.

    Needs the scope `posts:read`.
    """
    return await judging.validate_post(session, caller, command, now=now)


@router.get("/{post_id}", summary="Read a post")
async def get_post(
    response: Response, session: SessionDep, caller: CallerDep, post_id: PostId
) -> PostDetail:
    """With its variants and deliveries. Needs the scope `posts:read`."""
    view = await showing.get_post(session, caller, post_id)
    return tagged(response, view)


@router.patch("/{post_id}", summary="Change a post")
async def change_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    post_id: PostId,
    command: ChangePost,
) -> PostDetail:
    """Changes only what is sent; a scheduled post is planned anew, but what was called off of it.

    409 `post.going_out` while it goes out, 409 `post.published` for what readers already see.
    Needs the scope `posts:write`.
    """
    view = await service.change_post(
        session, caller, post_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/{post_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a draft, cancel a plan"
)
async def remove_post(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    post_id: PostId,
) -> None:
    """A draft is removed, a scheduled post is cancelled and stays readable.

    What a paused queue holds back is called off for good. 409 `post.published` for what is
    public: withdraw it. Needs the scope `posts:write`.
    """
    await queue.remove_post(session, caller, post_id, expected_version=version, now=now)


@router.post("/{post_id}/schedule", summary="Set a post going")
async def schedule_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    post_id: PostId,
    command: SchedulePost,
) -> PostDetail:
    """At its wall time or at once; 422 `post.unfit` says everything a network would refuse.

    A post that waits for that very moment already stays as it is.

    Needs the scope `posts:publish`.
    """
    view = await planning.schedule_post(
        session, caller, post_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.post("/{post_id}/retry", summary="Send again what failed")
async def retry_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    post_id: PostId,
    command: RetryPost,
) -> PostDetail:
    """Only what failed or was missed, never what may be public: that is looked up, or settled.

    Needs `posts:publish`.
    """
    view = await settling.retry_post(session, caller, post_id, command, now=now)
    return tagged(response, view)


@router.post("/{post_id}/edit", status_code=HTTPStatus.ACCEPTED, summary="Change public copies")
async def edit_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    post_id: PostId,
    command: EditPost,
) -> PostDetail:
    """Plans one edit in place for each public copy.

    409 `network.ability_missing` where a network cannot: name the others in `account_ids`. The
    post says the new words once they are public. Needs the scope `posts:publish`.
    """
    view = await editing.edit_post(session, caller, post_id, command, now=now)
    return tagged(response, view)


@router.post(
    "/{post_id}/withdraw", status_code=HTTPStatus.ACCEPTED, summary="Take public copies back"
)
async def withdraw_post(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    post_id: PostId,
    command: WithdrawPost = EVERYWHERE,
) -> PostDetail:
    """Plans one withdrawal for each public copy, or for those of `account_ids`.

    Needs the scope `posts:publish`.
    """
    view = await withdrawing.withdraw_post(session, caller, post_id, command, now=now)
    return tagged(response, view)


@router.get("/{post_id}/deliveries", summary="List the deliveries of a post")
async def list_post_deliveries(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    post_id: PostId,
) -> Page[DeliveryView]:
    """First to last, withdrawals too. Needs the scope `posts:read`."""
    found = await delivery_queries.list_deliveries_of(session, caller, post_id, page)
    return linked(request, response, found)
