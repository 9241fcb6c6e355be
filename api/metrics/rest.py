"""/v1/metrics: the catalogue, series and raw samples; the newest numbers of posts and accounts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.metrics.fast import KNOWN
from api.paging import linked
from api.routes import CallerRoute, TransactionRoute
from api.state import state_of
from domain.accounts.shapes import KnownNetwork
from domain.kernel.caller import Scope
from domain.kernel.clock import Day, Moment
from domain.kernel.ids import AccountId, CalendarId, CommunityId, PostId
from domain.kernel.shapes import Page
from domain.metrics import queries
from domain.metrics.catalogue import all_metrics
from domain.metrics.series import SeriesQuery, read_series
from domain.metrics.shapes import (
    AccountMetrics,
    CatalogueView,
    PostMetrics,
    SampleView,
    SeriesAnswer,
)
from domain.metrics.words import GroupBy, Interval, MetricKey

MOST = 50
router = APIRouter(prefix="/v1", tags=["metrics"], route_class=TransactionRoute)
hot = APIRouter(route_class=CallerRoute)


@router.get("/metrics", summary="List the metrics")
async def list_metrics(caller: CallerDep) -> CatalogueView:
    """What can be asked for, and how each is counted. Needs the scope `metrics:read`."""
    caller.need(Scope.METRICS_READ)
    return CatalogueView(data=all_metrics())


@hot.get("/metrics/series", summary="Read series", response_model=SeriesAnswer)
async def get_series(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    metric: Annotated[list[MetricKey], Query(min_length=1, max_length=13, description="Which.")],
    community_id: Annotated[
        list[CommunityId], Query(max_length=MOST, description="Only of these communities.")
    ] = [],  # noqa: B006 - FastAPI copies it
    account_id: Annotated[
        list[AccountId], Query(max_length=MOST, description="Only of these accounts.")
    ] = [],  # noqa: B006 - as above
    calendar_id: Annotated[
        list[CalendarId],
        Query(
            max_length=MOST,
            description="Only posts of these calendars; numbers of accounts themselves, such as "
            "followers, belong to no calendar and stay.",
        ),
    ] = [],  # noqa: B006 - as above
    post_id: Annotated[
        list[PostId], Query(max_length=MOST, description="Only of these posts.")
    ] = [],  # noqa: B006 - as above
    network: Annotated[
        list[KnownNetwork], Query(max_length=MOST, description="Only on these networks.")
    ] = [],  # noqa: B006 - as above
    group_by: Annotated[GroupBy, Query(description="What gets a line of its own.")] = GroupBy.NONE,
    interval: Annotated[
        Interval, Query(description="What each value stands for; weeks begin on Monday.")
    ] = Interval.DAY,
    from_: Annotated[
        Day | None, Query(alias="from", description="First day; 29 days before `to` if left out.")
    ] = None,
    to: Annotated[
        Day | None,
        Query(
            description="Last day, at most 400 after the first; if left out: today, where it comes "
            "first in the zones of the house."
        ),
    ] = None,
) -> Response:
    """Values of days, weeks or months, in columns; each line says how it was counted.

    Networks report running totals: a value is the last total of its period less the last total
    of the period before, so falls are negative and gaps are null. Needs the scope `metrics:read`.
    """
    query = SeriesQuery(
        metrics=tuple(metric),
        community_ids=tuple(community_id),
        account_ids=tuple(account_id),
        calendar_ids=tuple(calendar_id),
        post_ids=tuple(post_id),
        networks=tuple(network),
        group_by=group_by,
        interval=interval,
        first_on=from_,
        last_on=to,
    )
    body = await read_series(state_of(request).database.reads, caller, query, now=now)
    KNOWN.keep(request, query)
    return Response(body, media_type="application/json")


router.include_router(hot)


@router.get("/metrics/samples", summary="List raw samples")
async def list_samples(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    post_id: Annotated[PostId | None, Query(description="Only of this post's copies.")] = None,
    account_id: Annotated[
        AccountId | None,
        Query(description="The account's own numbers; beside `post_id`, of its copy alone."),
    ] = None,
    metric: Annotated[list[MetricKey], Query(max_length=13, description="Only these.")] = [],  # noqa: B006 - FastAPI copies it
    since: Annotated[Moment | None, Query(description="Only from this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Only before this moment.")] = None,
) -> Page[SampleView]:
    """Running totals as the networks reported them, newest first.

    Name a post or an account. Needs the scope `metrics:read`.
    """
    found = await queries.list_samples(
        session,
        caller,
        page,
        post_id=post_id,
        account_id=account_id,
        metrics=metric,
        since=since,
        until=until,
    )
    return linked(request, response, found)


@router.get("/posts/{post_id}/metrics", summary="Read a post's newest numbers")
async def get_post_metrics(session: SessionDep, caller: CallerDep, post_id: PostId) -> PostMetrics:
    """Newest totals per network copy. Needs the scope `metrics:read`."""
    return await queries.get_post_metrics(session, caller, post_id)


@router.get("/accounts/{account_id}/metrics", summary="Read an account's newest numbers")
async def get_account_metrics(
    session: SessionDep, caller: CallerDep, account_id: AccountId
) -> AccountMetrics:
    """Newest totals of the account itself. Needs the scope `metrics:read`."""
    return await queries.get_account_metrics(session, caller, account_id)
