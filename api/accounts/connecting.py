"""/connect: a person's way to a network's own page and back, in their own browser."""

import secrets
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from api.pages.browser import HEADERS, render
from api.pages.cookies import read_cookie, set_cookie
from api.pages.routes import PageRoute
from api.state import state_of
from domain.accounts.consent_shapes import ConsentView, Returned
from domain.accounts.consent_steps import find_client
from domain.accounts.consenting import GOOD_FOR, ConsentState
from domain.accounts.consents import come_back, set_out
from domain.identity.bearer import BearerKind, workspace_of
from domain.kernel.errors import ConsentLinkInvalid, NotFound
from domain.kernel.ids import show
from domain.networks import find

router = APIRouter(prefix="/connect", route_class=PageRoute, include_in_schema=False)
COOKIE = "parvis-connect"
Brought = Annotated[str | None, Query(max_length=4000)]


@router.get("/callback")
async def return_from_network(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Brought = None,
    error: Brought = None,
    error_description: Brought = None,
    iss: Brought = None,
) -> Response:
    """Where networks send people back to; a worker takes it from here."""
    workspace_id = workspace_of(state, frozenset({BearerKind.CONSENT_STATE}))
    if workspace_id is None:
        raise ConsentLinkInvalid
    house = state_of(request)
    async with house.database.transaction(workspace_id) as session:
        view, return_url = await come_back(
            session,
            workspace_id,
            state,
            read_cookie(request, COOKIE),
            Returned(code, _told(error, error_description), iss),
            keys=house.keys,
            now=request.state.now,
        )
    if return_url is not None:
        return _sent_on(return_url, view)
    return render(request, "accounts/returned.html", failed=view.state is ConsentState.FAILED)


@router.get("/clients/{network}.json")
async def show_client(
    request: Request, network: Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9_]+$")]
) -> Response:
    """What a network's servers read of this installation."""
    house, connector = state_of(request), find(network)
    if connector is None or connector.consent is None:
        raise NotFound("client")
    async with house.database.transaction(None) as session:
        client = await find_client(session, network, "", keys=house.keys)
    root = house.settings.public_url
    document = connector.consent.document(root, f"{root}/connect/callback", client)
    if document is None:
        raise NotFound("client")
    return JSONResponse(document)


@router.get("/{link}")
async def set_out_for_network(
    request: Request, link: Annotated[str, Path(max_length=200)]
) -> Response:
    """Binds the consent to this browser and leads to the network's page."""
    workspace_id = workspace_of(link, frozenset({BearerKind.CONSENT_LINK}))
    if workspace_id is None:
        raise ConsentLinkInvalid
    browser = read_cookie(request, COOKIE) or secrets.token_urlsafe(32)
    house = state_of(request)
    async with house.database.transaction(workspace_id) as session:
        url = await set_out(
            session, workspace_id, link, browser, keys=house.keys, now=request.state.now
        )
    if url is None:
        response = render(request, "accounts/preparing.html")
        response.headers["Refresh"] = "1"
        return response
    response = RedirectResponse(url, 303, HEADERS)
    set_cookie(request, response, COOKIE, browser, lasts_s=int(GOOD_FOR.total_seconds()))
    return response


def _told(error: str | None, description: str | None) -> str:
    """Networks give one reason for many refusals, and say in words which it was."""
    return ": ".join(filter(None, (error, description)))


def _sent_on(return_url: str, view: ConsentView) -> Response:
    joint = "&" if "?" in return_url else "?"
    query = urlencode({"consent": show("cns", view.id), "state": view.state})
    return RedirectResponse(f"{return_url}{joint}{query}", 303, HEADERS)
