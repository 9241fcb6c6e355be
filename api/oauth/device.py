"""/device: a person types the letters that a device shows, and decides for it (RFC 8628)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import limits
from api.limits import Limit
from api.oauth.desk import load_client
from api.oauth.visit import CONSENT
from api.pages.browser import render, require_sign_in, see
from api.pages.forms import FormDep
from api.pages.routes import PageRoute
from api.pages.words import explain, language_of
from api.problems import status_of
from api.state import state_of
from domain.identity.devices import waiting_device
from domain.identity.requests import open_request
from domain.kernel.errors import DeviceUnknown

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/device")
async def show_device(
    request: Request, user_code: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    await require_sign_in(request)
    return render(request, "oauth/device.html", user_code=user_code, fault="")


@router.post("/device")
async def take_letters(request: Request, form: FormDep) -> Response:
    """On to the consent page; the letters are typed, never followed by themselves."""
    await require_sign_in(request)
    await limits.hit(request, Limit.CODE)
    typed = form.get("user_code")
    try:
        return await _lead_on(request, typed if isinstance(typed, str) else "")
    except DeviceUnknown as error:
        await limits.failed(request, Limit.CODE)
        fault, _ = explain(error, language_of(request))
        return render(
            request, "oauth/device.html", status_of(error), user_code=typed or "", fault=fault
        )


async def _lead_on(request: Request, typed: str) -> Response:
    state, now = state_of(request), request.state.now
    async with state.database.transaction(None) as session:
        device = await waiting_device(session, typed, now=now)
    client = None if device is None else await load_client(state, device.client_id, now=now)
    if device is None or client is None:
        raise DeviceUnknown
    kept = {"client_id": client.client_id, "scope": " ".join(sorted(device.scopes))}
    async with state.database.transaction(client.workspace_id) as session:
        reference = await open_request(session, client, kept, device_code_id=device.id, now=now)
    return see(request, f"{CONSENT}?request={reference}")
