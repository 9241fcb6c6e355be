"""/oauth/logout: an application asks that a person is signed out (RP-Initiated Logout 1.0).

With an id_token of ours as proof it is done at once; else the person is asked first, so that no
site can sign people out. Afterwards people are sent to a registered address, or stay here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from authlib.common.urls import add_params_to_uri
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.oauth.authorise import read_asked
from api.oauth.desk import load_client
from api.oauth.hints import claims_in
from api.oauth.server import UNCACHED
from api.oauth.visit import sources_of
from api.pages.browser import entered, let_out, render, see
from api.pages.forms import FormDep
from api.pages.routes import OpenPageRoute, PageRoute
from api.state import state_of
from domain.kernel.ids import show
from domain.people.shapes import SignedIn
from domain.people.sign_ins import end_sign_in

open_router = APIRouter(route_class=OpenPageRoute, include_in_schema=False)
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where to go afterwards: a registered address, or nowhere."""

    client_id: str
    target: str
    state: str

    @property
    def url(self) -> str:
        told = [("state", self.state)] if self.state else []
        return str(add_params_to_uri(self.target, told))


@open_router.api_route("/oauth/logout", methods=["GET", "POST"])
async def logout(request: Request) -> Response:
    asked = (await read_asked(request)).parameters
    if request.method == "POST":
        # Only a browser that comes by itself brings its cookie along.
        return see(request, f"/oauth/logout?{urlencode(asked)}")
    claims = await claims_in(request, asked.get("id_token_hint", ""))
    if asked.get("client_id", claims.get("aud")) != claims.get("aud"):
        claims = {}  # another's proof is none (RP-Initiated Logout, 2)
    leaving = await _leaving(request, asked, claims)
    found = await entered(request)
    if found is None:
        return _gone(request, leaving)
    if claims.get("sub") == show("usr", found.user_id):
        return await _end(request, found, leaving)
    return render(
        request,
        "oauth/logout.html",
        is_asked=True,
        client_id=leaving.client_id,
        target=leaving.target,
        state=leaving.state,
        form_action=sources_of(leaving.target),
    )


@router.post("/oauth/logout/confirm")
async def confirm_logout(request: Request, form: FormDep) -> Response:
    asked = {name: value for name, value in form.items() if isinstance(value, str)}
    leaving = await _leaving(request, asked, {})
    found = await entered(request)
    return _gone(request, leaving) if found is None else await _end(request, found, leaving)


async def _leaving(
    request: Request, asked: Mapping[str, str], claims: Mapping[str, Any]
) -> Leaving:
    client_id = asked.get("client_id") or str(claims.get("aud", ""))
    client = await load_client(state_of(request), client_id, now=request.state.now)
    target = asked.get("post_logout_redirect_uri", "")
    if client is None or target not in client.post_logout_uris:
        return Leaving(client_id, "", "")
    return Leaving(client_id, target, asked.get("state", ""))


async def _end(request: Request, found: SignedIn, leaving: Leaving) -> Response:
    async with state_of(request).database.transaction(None) as session:
        await end_sign_in(session, found.user_id, found.sign_in_id)
    request.state.signed_in = None
    response = _gone(request, leaving)
    let_out(request, response)
    return response


def _gone(request: Request, leaving: Leaving) -> Response:
    if leaving.target:
        return RedirectResponse(leaving.url, 303, headers=UNCACHED)
    return render(request, "oauth/logout.html", is_asked=False)
