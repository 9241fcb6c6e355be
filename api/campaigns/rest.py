"""/v1/campaigns."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.campaigns import queries, service
from domain.campaigns.queries import CampaignFilter
from domain.campaigns.shapes import CampaignView, ChangeCampaign, CreateCampaign, Label
from domain.kernel.clock import Day
from domain.kernel.ids import CampaignId
from domain.kernel.shapes import Page
from domain.posts import refitting

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=TransactionRoute)


async def _filter(
    community_id: OfCommunities = [],  # noqa: B006 - FastAPI copies it
    label: Annotated[
        list[Label], Query(max_length=30, description="With at least one of these labels.")
    ] = [],  # noqa: B006 - as above
    runs_on: Annotated[Day | None, Query(description="Only those that run on this day.")] = None,
    is_archived: Annotated[
        bool | None, Query(description="Only archived ones, or only living ones.")
    ] = None,
) -> CampaignFilter:
    return CampaignFilter(community_id, label, runs_on, is_archived)


@router.get("", summary="List campaigns")
async def list_campaigns(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    where: Annotated[CampaignFilter, Depends(_filter)],
) -> Page[CampaignView]:
    """The newest first. Needs the scope `calendars:read`."""
    found = await queries.list_campaigns(session, caller, page, where=where)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a campaign")
async def create_campaign(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateCampaign
) -> CampaignView:
    """The links of its posts carry its UTM parameters. Needs the scope `calendars:write`."""
    view = await service.create_campaign(session, caller, command, now=now)
    located(response, "/v1/campaigns", view)
    return tagged(response, view)


@router.get("/{campaign_id}", summary="Read a campaign")
async def get_campaign(
    response: Response, session: SessionDep, caller: CallerDep, campaign_id: CampaignId
) -> CampaignView:
    """Needs the scope `calendars:read`."""
    view = await queries.get_campaign(session, caller, campaign_id)
    return tagged(response, view)


@router.patch("/{campaign_id}", summary="Change a campaign")
async def change_campaign(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    campaign_id: CampaignId,
    command: ChangeCampaign,
) -> CampaignView:
    """Changes only what is sent; what is public keeps its links.

    422 `post.unfit` when a scheduled post would no longer fit its network. Needs the scope
    `calendars:write`.
    """
    view = await refitting.change_campaign(
        session, caller, campaign_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/{campaign_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a campaign without posts"
)
async def remove_campaign(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    campaign_id: CampaignId,
) -> None:
    """409 `in_use` while posts or ideas belong to it: archive it. Needs `calendars:write`."""
    await service.remove_campaign(session, caller, campaign_id, expected_version=version, now=now)
