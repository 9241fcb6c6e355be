"""The endpoints of OAuth 2.1 and OpenID Connect that programs call; errors as RFC 6749, 5.2."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from api import limits
from api.challenges import challenge
from api.limits import Limit
from api.oauth.desk import load_client, serving, workspace_asked, workspace_held
from api.oauth.judging import push_judged
from api.oauth.openid import claims_of
from api.oauth.sent import ClientRefused, Sent, check_resources, read_form
from api.oauth.server import UNCACHED, Asking, Server
from api.pointing import Handler
from api.problems import headers_of, status_of
from api.state import State, state_of
from domain.identity.holding import person_told
from domain.identity.parties import Client
from domain.identity.scopes import OPENID
from domain.kernel.errors import ParvisError, Unauthenticated
from domain.people.queries import user_view


class InsufficientScope(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """The token does not say who its person is (RFC 6750, 3.1)."""

    error = "insufficient_scope"
    status_code = 403

    def get_headers(self) -> list[tuple[str, str]]:
        told = challenge(f'error="{self.error}"', f'scope="{OPENID}"')
        return [*super().get_headers(), ("WWW-Authenticate", told)]


class ProtocolRoute(APIRoute):
    """A route whose refusals are those of the protocol, not problems."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            request.state.now = datetime.now(UTC)
            try:
                return await handle(request)
            except OAuth2Error as error:
                status, body, headers = error()
                return JSONResponse(body, status, headers={**UNCACHED, **dict(headers)})
            except Unauthenticated as error:
                headers = {**UNCACHED, **headers_of(error)}
                return JSONResponse({"error": "invalid_token"}, 401, headers=headers)
            except ParvisError as error:
                told = {"error": "temporarily_unavailable", "error_description": error.title}
                headers = {**UNCACHED, **headers_of(error)}
                return JSONResponse(told, status_of(error), headers=headers)

        return answer


router = APIRouter(route_class=ProtocolRoute, include_in_schema=False)


@router.post("/oauth/token")
async def token(request: Request) -> Response:
    sent = await read_form(request)
    check_resources(sent, issuer=state_of(request).settings.public_url)
    return await _serve(request, sent, Server.create_token_response, workspace_asked)


@router.post("/oauth/revoke")
async def revoke(request: Request) -> Response:
    return await _endpoint(request, "revocation")


@router.post("/oauth/introspect")
async def introspect(request: Request) -> Response:
    return await _endpoint(request, "introspection")


@router.post("/oauth/device_authorization")
async def authorise_device(request: Request) -> Response:
    return await _endpoint(request, "device_authorization")


@router.post("/oauth/par")
async def push(request: Request) -> Response:
    """A request judged ahead of its browser, which then brings a reference alone (RFC 9126)."""
    sent = await read_form(request)
    if "request_uri" in sent.parameters:
        raise InvalidRequestError("A pushed request names no other.")
    # Named in the header, it is a parameter of the request all the same.
    named = Sent({**sent.parameters, "client_id": sent.client_id}, sent.resources, sent.client_id)
    return await _serve(request, named, push_judged, _workspace_of_client)


@router.api_route("/oauth/userinfo", methods=["GET", "POST"])
async def userinfo(request: Request) -> Response:
    """What the scopes of an access token tell of its person."""
    state = state_of(request)
    caller = await state.tokens.caller(request.headers.get("authorization"), request.scope)
    if caller.token_id is None or caller.member_id is None:
        raise InsufficientScope
    async with state.database.transaction(caller.workspace_id) as session:
        found = await person_told(session, caller.token_id)
    if found is None or found.user_id is None or OPENID not in found.scopes:
        raise InsufficientScope
    async with state.database.transaction(None) as session:
        person = await user_view(session, found.user_id)
    return JSONResponse(claims_of(person, found.scopes), headers=UNCACHED)


@router.get("/oauth/jwks")
async def jwks(request: Request) -> Response:
    keys = await state_of(request).signing.public_keys(now=request.state.now)
    return JSONResponse({"keys": keys}, headers={"Cache-Control": "public, max-age=300"})


Act = Callable[[Server, Asking], Response]
Choose = Callable[[State, Sent, Client | None], Awaitable[UUID | None]]


async def _endpoint(request: Request, name: str) -> Response:
    sent = await read_form(request)

    def act(server: Server, asking: Asking) -> Response:
        answer: Response = server.create_endpoint_response(name, asking)
        return answer

    return await _serve(request, sent, act, _workspace_held)


async def _serve(request: Request, sent: Sent, act: Act, choose: Choose) -> Response:
    """One transaction of the workspace it is about; what a refusal changes is kept too."""
    state, now = state_of(request), request.state.now
    if not sent.client_id:
        raise ClientRefused("The client does not name itself.")
    request.state.client_id = sent.client_id
    await limits.hit(request, Limit.TOKEN, key=sent.client_id)
    client = await load_client(state, sent.client_id, now=now)
    workspace_id = await choose(state, sent, client)
    asking = Asking(request, sent, issuer=state.settings.public_url)
    async with serving(state, client, workspace_id, now=now) as server:
        answer: Response = await server.desk.session.run_sync(lambda _: act(server, asking))
    await _note(request, sent, client, answer)
    return answer


async def _note(request: Request, sent: Sent, client: Client | None, answer: Response) -> None:
    """Counts wrong secrets, and forgets them after a right one: nothing else can be guessed."""
    if client is None or not client.is_confidential:
        return
    if answer.status_code == HTTPStatus.OK:
        await limits.passed(request, answer, Limit.TOKEN, key=sent.client_id)
    elif answer.status_code == HTTPStatus.UNAUTHORIZED:
        await limits.failed(request, Limit.TOKEN, key=sent.client_id)


async def _workspace_of_client(_: State, __: Sent, client: Client | None) -> UUID | None:
    return None if client is None else client.workspace_id


async def _workspace_held(_: State, sent: Sent, __: Client | None) -> UUID | None:
    return workspace_held(sent)
