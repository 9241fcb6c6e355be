"""Who stands before the consent page, what for, and whether they have to prove who they are."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oidc.core.errors import LoginRequiredError
from fastapi import Request, Response

from api.oauth.desk import load_client
from api.oauth.hints import claims_in
from api.oauth.sent import Sent
from api.oauth.server import Asking, way_back
from api.pages.browser import Elsewhere, entered
from api.pages.paths import with_next
from api.state import state_of
from domain.identity.bearer import BearerKind, workspace_of
from domain.identity.parties import Asked, Client
from domain.identity.requests import find_request
from domain.identity.shapes import ApplicationKind
from domain.kernel.errors import AskedNoLonger, ClientUnknown
from domain.kernel.ids import show
from domain.people.shapes import SignedIn
from domain.workspaces.queries import memberships
from domain.workspaces.shapes import Membership

CONSENT = "/oauth/consent"
REFERENCE = frozenset({BearerKind.PUSHED})


class Refused(Exception):
    """The way back to the client with an error, found while the page was made."""

    def __init__(self, answer: Response) -> None:
        super().__init__("The client is told.")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Visit:
    """One request on its way, and the client that made it."""

    reference: str
    asked: Asked
    client: Client

    @property
    def prompts(self) -> frozenset[str]:
        return frozenset(self.asked.parameters.get("prompt", "").split())

    @property
    def is_silent(self) -> bool:
        return "none" in self.prompts

    @property
    def is_of_device(self) -> bool:
        return self.asked.device_code_id is not None

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.asked.parameters.get("scope", "").split())

    @property
    def path(self) -> str:
        return f"{CONSENT}?{urlencode({'request': self.reference})}"

    @property
    def sent(self) -> Sent:
        return Sent(self.asked.parameters, (), self.client.client_id)

    @property
    def form_action(self) -> tuple[str, ...]:
        return sources_of(self.asked.parameters.get("redirect_uri", ""))

    def asking(self, request: Request) -> Asking:
        return Asking(request, self.sent, issuer=state_of(request).settings.public_url)

    def back(self, request: Request, error: OAuth2Error) -> Refused:
        """To raise: the client is told of an error; for a device there is no way back."""
        asked = self.asked.parameters
        if "redirect_uri" not in asked:
            raise AskedNoLonger
        issuer = state_of(request).settings.public_url
        return Refused(way_back(error, asked["redirect_uri"], asked.get("state"), issuer=issuer))


def sources_of(uri: str) -> tuple[str, ...]:
    """Where the answer of our form may lead, as a content policy says it: there, or nowhere.

    Policies have no words for an address of IPv6 (CSP 3, 2.3.1, read 2026-11-29), and browsers pass
    over one: its scheme must do.
    """
    found = urlsplit(uri)
    if found.scheme in {"http", "https"} and not found.netloc.startswith("["):
        return (f"{found.scheme}://{found.netloc}",)
    return (f"{found.scheme}:",) if found.scheme else ()


async def find_visit(request: Request, reference: str) -> Visit:
    """Raises `AskedNoLonger`, and `ClientUnknown` for a client that was suspended meanwhile."""
    state, now = state_of(request), request.state.now
    workspace_id = workspace_of(reference, REFERENCE)
    if workspace_id is None:
        raise AskedNoLonger
    async with state.database.transaction(workspace_id) as session:
        asked = await find_request(session, reference, now=now)
    if asked is None:
        raise AskedNoLonger
    client = await load_client(state, asked.client_id, now=now)
    if client is None:
        raise ClientUnknown
    return Visit(reference, asked, client)


async def require_person(request: Request, visit: Visit) -> SignedIn:
    """Who decides, proved as lately as the client asks (`prompt=login`, `max_age`).

    Sends the browser to prove it, or the client away where no page may be shown.
    """
    found = await entered(request)
    if found is not None and not _is_stale(request, visit, found):
        await _check_meant(request, visit, found)
        return found
    if visit.is_silent:
        raise visit.back(request, LoginRequiredError())
    raise Elsewhere(with_next("/sign-in" if found is None else "/confirm", visit.path))


async def _check_meant(request: Request, visit: Visit, found: SignedIn) -> None:
    """Sends the client away when it means another person (OpenID Connect Core, 3.1.2.1).

    A hint that is none of ours, or no longer, says nothing: no page is left out by it.
    """
    hint = visit.asked.parameters.get("id_token_hint")
    if hint is None:
        return
    claims = await claims_in(request, hint)
    is_known = bool(claims) or visit.is_silent
    if is_known and claims.get("sub") != show("usr", found.user_id):
        raise visit.back(request, LoginRequiredError())


def _is_stale(request: Request, visit: Visit, found: SignedIn) -> bool:
    """A proof that came after the request always does."""
    if found.authenticated_at >= visit.asked.asked_at:
        return False
    max_age = visit.asked.parameters.get("max_age")
    age = request.state.now - found.authenticated_at
    return "login" in visit.prompts or (
        max_age is not None and age > timedelta(seconds=min(int(max_age), 10**9))
    )


async def houses_of(request: Request, visit: Visit, person: SignedIn) -> list[Membership]:
    """The workspaces that the client may be let into."""
    async with state_of(request).database.transaction(None) as session:
        found = [
            each
            for each in await memberships(session, person.user_id)
            if person.workspace_id in {None, each.workspace_id}
        ]
    if visit.client.kind is ApplicationKind.TEST:
        return [each for each in found if each.workspace_id == visit.client.workspace_id]
    return found
