"""/v1/deliveries: each outward act, its attempts, and where a person goes on."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.filters import OfAccounts, OfCommunities, OfNetworks, OfPosts
from api.paging import linked, tagged
from api.routes import TransactionRoute
from domain.kernel.clock import Moment
from domain.kernel.ids import DeliveryId
from domain.kernel.shapes import Page
from domain.mentions.settling import settle_delivery as settle
from domain.posts import delivery_queries, drifted, settling
from domain.posts.delivery_queries import DeliveryFilter
from domain.posts.delivery_shapes import AttemptView, DeliveryView, Settlement
from domain.posts.many_shapes import Code
from domain.posts.rules import DeliveryKind, DeliveryState
from domain.upkeep import drifting

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"], route_class=TransactionRoute)


@router.get("", summary="List deliveries")
async def list_deliveries(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    state: Annotated[
        list[DeliveryState], Query(max_length=10, description="Only these states.")
    ] = [],  # noqa: B006 - FastAPI copies it
    kind: Annotated[list[DeliveryKind], Query(max_length=10, description="Only these kinds.")] = [],  # noqa: B006 - as above
    account_id: OfAccounts = [],  # noqa: B006 - as above
    post_id: OfPosts = [],  # noqa: B006 - as above
    since: Annotated[Moment | None, Query(description="Due from this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Due before this moment.")] = None,
    network: OfNetworks = [],  # noqa: B006 - as above
    community_id: OfCommunities = [],  # noqa: B006 - as above
    code: Annotated[
        list[Code], Query(max_length=30, description="Only where this is what went wrong.")
    ] = [],  # noqa: B006 - as above
    has_drift: Annotated[
        bool | None,
        Query(description="Whether something else is shown than was sent, and nobody accepted it."),
    ] = None,
) -> Page[DeliveryView]:
    """Newest first. Needs the scope `posts:read`."""
    where = DeliveryFilter(
        states=state,
        kinds=kind,
        account_ids=account_id,
        post_ids=post_id,
        since=since,
        until=until,
        networks=network,
        community_ids=community_id,
        codes=code,
        has_drift=has_drift,
    )
    found = await delivery_queries.list_deliveries(session, caller, page, where=where)
    return linked(request, response, found)


@router.get("/{delivery_id}", summary="Read a delivery")
async def get_delivery(
    response: Response, session: SessionDep, caller: CallerDep, delivery_id: DeliveryId
) -> DeliveryView:
    """Needs the scope `posts:read`."""
    view = await delivery_queries.get_delivery(session, caller, delivery_id)
    return tagged(response, view)


@router.get("/{delivery_id}/attempts", summary="List the attempts at a delivery")
async def list_attempts(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    delivery_id: DeliveryId,
) -> Page[AttemptView]:
    """Every attempt and look-up, first to last. Needs the scope `posts:read`."""
    found = await delivery_queries.list_attempts(session, caller, delivery_id, page)
    return linked(request, response, found)


@router.post("/{delivery_id}/retry", summary="Send a failed delivery again")
async def retry_delivery(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    delivery_id: DeliveryId,
) -> DeliveryView:
    """409 `state.not_allowed` unless it failed, `account.removed` if for ever.

    Needs the scope `posts:publish`.
    """
    view = await settling.retry_delivery(session, caller, delivery_id, now=now)
    return tagged(response, view)


@router.post("/{delivery_id}/cancel", summary="Cancel a delivery")
async def cancel_delivery(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    delivery_id: DeliveryId,
) -> DeliveryView:
    """What waits, or failed, goes out no more; the post's other targets go on.

    Of a thread that is half out, the rest is `failed` with `delivery.stopped`. 409
    `state.not_allowed` for what is under way or over. Needs the scope `posts:publish`.
    """
    view = await settling.cancel_delivery(session, caller, delivery_id, now=now)
    return tagged(response, view)


@router.post("/{delivery_id}/check", summary="Compare a delivery with what is shown")
async def check_delivery(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    delivery_id: DeliveryId,
) -> DeliveryView:
    """A worker asks the network at once; `checked_at` tells when it has.

    409 `state.not_allowed` for what is not public, `network.ability_missing` where the network
    cannot tell. Needs the scope `posts:publish`.
    """
    view = await drifted.check_delivery(session, caller, delivery_id, now=now)
    return tagged(response, view)


@router.post("/{delivery_id}/accept-drift", summary="Accept what is shown")
async def accept_drift(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    delivery_id: DeliveryId,
) -> DeliveryView:
    """It may differ from what was sent as it does now; another difference is told again.

    409 `state.not_allowed` where nothing differs. Needs the scope `posts:publish`.
    """
    view = await drifting.accept_drift(session, caller, delivery_id, now=now)
    return tagged(response, view)


@router.post("/{delivery_id}/settle", summary="Say what became of a delivery in doubt")
async def settle_delivery(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    delivery_id: DeliveryId,
    command: Settlement,
) -> DeliveryView:
    """For networks that cannot be asked: a person looked.

    422 `delivery.address_elsewhere` for an address that is not of the account's own network and
    server. Needs the scope `posts:publish`.
    """
    view = await settle(session, caller, delivery_id, command, now=now)
    return tagged(response, view)
