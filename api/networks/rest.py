"""/v1/networks."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import CallerDep, NowDep, PageDep
from api.paging import linked
from api.routes import CallerRoute
from api.state import state_of
from domain.kernel.shapes import Page
from domain.networks import queries
from domain.networks.shapes import NetworkView

router = APIRouter(prefix="/v1/networks", tags=["networks"], route_class=CallerRoute)

Key = Annotated[str, Path(max_length=40, description="The network's key.", examples=["mastodon"])]


@router.get("", summary="List networks")
async def list_networks(
    request: Request, response: Response, _: CallerDep, page: PageDep, now: NowDep
) -> Page[NetworkView]:
    """Their limits, versions, abilities and login fields. Needs a token, whatever its scopes."""
    found = queries.list_networks(page, _chosen(request), now=now)
    return linked(request, response, found)


@router.get("/{key}", summary="Read a network")
async def get_network(request: Request, _: CallerDep, key: Key, now: NowDep) -> NetworkView:
    """Each limit with its unit, its source and the day it was read. Needs a token."""
    return queries.get_network(key, _chosen(request), now=now)


def _chosen(request: Request) -> tuple[str, ...]:
    return state_of(request).settings.network_versions
