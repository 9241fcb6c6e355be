"""A decision is carried out: a code for the client or an authorisation for a device, or a no."""

from dataclasses import dataclass
from uuid import UUID

from authlib.oauth2.rfc6749 import AccessDeniedError
from fastapi import Request, Response

from api.oauth.desk import serving
from api.oauth.judging import judge
from api.oauth.server import Server
from api.oauth.visit import Visit
from api.pages.browser import render
from api.state import state_of
from domain.identity.consenting import authorise_device
from domain.identity.devices import approve_device, deny_device
from domain.identity.parties import Consent
from domain.identity.requests import close_request
from domain.kernel.errors import AskedNoLonger
from domain.people.shapes import SignedIn
from domain.workspaces.shapes import Membership


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person allows, what not, and where; `communities` None: all of theirs."""

    house: Membership
    scopes: frozenset[str]
    refused: frozenset[str]
    communities: frozenset[UUID] | None


async def close(request: Request, visit: Visit) -> None:
    """A request is decided once. Raises `AskedNoLonger` the second time."""
    state, now = state_of(request), request.state.now
    async with state.database.transaction(visit.client.workspace_id) as session:
        if not await close_request(session, visit.reference, now=now):
            raise AskedNoLonger


async def allow(request: Request, visit: Visit, person: SignedIn, choice: Choice) -> Response:
    """Back to the client with a code; or, to a device, a page that says so."""
    consent = Consent(
        client=visit.client,
        member_id=choice.house.member_id,
        scopes=choice.scopes,
        refused=choice.refused,
        communities=choice.communities,
        authenticated_at=person.authenticated_at,
        methods=person.methods,
    )
    workspace_id = choice.house.workspace_id
    if visit.asked.device_code_id is not None:
        return await _let_device_in(request, visit.asked.device_code_id, workspace_id, consent)
    asking, state = visit.asking(request), state_of(request)

    def give(server: Server) -> Response:
        grant = judge(server, asking)
        answer: Response = server.create_authorization_response(
            asking, grant_user=workspace_id, grant=grant
        )
        return answer

    now = request.state.now
    async with serving(state, visit.client, workspace_id, now=now) as server:
        server.desk.consent = consent
        return await server.desk.session.run_sync(lambda _: give(server))


async def refuse(request: Request, visit: Visit) -> Response:
    """Back to the client with `access_denied`; or, to a device, a page that says so."""
    await close(request, visit)
    if visit.asked.device_code_id is None:
        raise visit.back(request, AccessDeniedError())
    async with state_of(request).database.transaction(None) as session:
        await deny_device(session, visit.asked.device_code_id, now=request.state.now)
    return render(request, "oauth/device_done.html", is_allowed=False)


async def _let_device_in(
    request: Request, device_code_id: UUID, workspace_id: UUID, consent: Consent
) -> Response:
    async with state_of(request).database.transaction(workspace_id) as session:
        id_ = await authorise_device(session, workspace_id, consent, now=request.state.now)
        await approve_device(session, device_code_id, workspace_id, id_)
    return render(request, "oauth/device_done.html", is_allowed=True)
