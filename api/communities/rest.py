"""/v1/communities."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.communities import queries, service
from domain.communities.queries import CommunitySort
from domain.communities.shapes import ChangeCommunity, CommunityView, CreateCommunity
from domain.kernel.ids import CommunityId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1/communities", tags=["communities"], route_class=TransactionRoute)


@router.get("", summary="List communities")
async def list_communities(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    sort: Annotated[
        CommunitySort, Query(description="The order; `-` turns it round.")
    ] = CommunitySort.CREATED,
    is_archived: Annotated[
        bool | None, Query(description="Only archived ones, or only living ones.")
    ] = None,
) -> Page[CommunityView]:
    """Needs the scope `communities:read`."""
    found = await queries.list_communities(
        session, caller, page, sort=sort, is_archived=is_archived
    )
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a community")
async def create_community(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateCommunity,
) -> CommunityView:
    """Needs the scope `communities:write`."""
    view = await service.create_community(session, caller, command, now=now)
    located(response, "/v1/communities", view)
    return tagged(response, view)


@router.get("/{community_id}", summary="Read a community")
async def get_community(
    response: Response, session: SessionDep, caller: CallerDep, community_id: CommunityId
) -> CommunityView:
    """Needs the scope `communities:read`."""
    view = await queries.get_community(session, caller, community_id)
    return tagged(response, view)


@router.patch("/{community_id}", summary="Change a community")
async def change_community(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    community_id: CommunityId,
    command: ChangeCommunity,
) -> CommunityView:
    """Changes only what is sent. Needs the scope `communities:write`."""
    view = await service.change_community(
        session, caller, community_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/{community_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an empty community"
)
async def remove_community(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    community_id: CommunityId,
) -> None:
    """409 `in_use` while accounts or calendars belong to it. Needs `communities:write`."""
    await service.remove_community(session, caller, community_id, expected_version=version, now=now)
