"""Authlib's authorisation server on our session: its sync core waits for our async functions.

The core runs in `session.run_sync`, in one transaction; where it asks for a row it waits for the
domain (`wait`), which goes on in the same event loop. One server object serves one request.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidScopeError,
    OAuth2Payload,
    OAuth2Request,
)
from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.util import await_only
from sqlmodel.ext.asyncio.session import AsyncSession

from api.oauth.sent import ClientRefused, Sent
from api.state import State
from domain.identity.bearer import BearerKind, make_bearer
from domain.identity.clients import holds_secret
from domain.identity.devices import end_device
from domain.identity.exchanging import keep_own_token, keep_tokens, make_access, use_code
from domain.identity.parties import Authorised, Client, Consent, Issued
from domain.identity.rules import redirects_to
from domain.identity.scopes import OPENID_SCOPES
from domain.identity.shapes import GrantType
from domain.identity.signing import Signer
from domain.kernel.ids import show

wait = await_only
SCOPE = re.compile(r"[a-z_:]{1,40}")
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(slots=True)
class Desk:
    """What one request is served with; `consent` once a person has decided."""

    state: State
    session: AsyncSession
    client: Client | None
    now: datetime
    signer: Signer | None = None
    consent: Consent | None = None
    issued: Issued | None = None

    @property
    def issuer(self) -> str:
        return self.state.settings.public_url


class Payload(OAuth2Payload):  # type: ignore[misc]  # Authlib is untyped
    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    @property
    def data(self) -> Mapping[str, str]:
        return self._sent.parameters

    @property
    def datalist(self) -> Mapping[str, list[str]]:
        lists: dict[str, list[str]] = defaultdict(list)
        for name, value in self._sent.parameters.items():
            lists[name].append(value)
        return lists


class Asking(OAuth2Request):  # type: ignore[misc]  # Authlib is untyped
    """A request as Authlib reads it."""

    def __init__(self, request: Request, sent: Sent, *, issuer: str) -> None:
        # The address people reach us at, whatever proxies made of it: https is judged by it.
        super().__init__(request.method, issuer + request.url.path, headers=request.headers)
        self.payload = Payload(sent)
        self.sent = sent

    @property
    def args(self) -> Mapping[str, str]:
        return self.sent.parameters

    @property
    def form(self) -> Mapping[str, str]:
        return self.sent.parameters


@dataclass(frozen=True, slots=True)
class Party:
    """A client as Authlib asks about it."""

    client: Client

    @property
    def id_token_signed_response_alg(self) -> str:
        return self.client.id_token_algorithm

    def get_client_id(self) -> str:
        return self.client.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scopes that were asked for. Raises `InvalidScopeError` for none, or one too many."""
        asked = set((scope or "").split())
        if not asked:
            raise InvalidScopeError("Name the scopes that are asked for.")
        check_scopes(self.client, asked)
        return " ".join(sorted(asked))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return any(redirects_to(redirect_uri, each) for each in self.client.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        return holds_secret(self.client, client_secret)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return (method != "none") is self.client.is_confidential

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and GrantType.CODE in self.client.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.client.grant_types


@dataclass(frozen=True, slots=True)
class Held:
    """A code, a refresh token or a device's code as Authlib asks about it."""

    authorised: Authorised
    client_id: str
    value: str = ""

    @property
    def code_challenge(self) -> str | None:
        return self.authorised.challenge

    @property
    def code_challenge_method(self) -> str:
        return "S256"

    def get_redirect_uri(self) -> str | None:
        return self.authorised.redirect_uri

    def get_scope(self) -> str:
        return " ".join(sorted(self.authorised.scopes))

    def check_client(self, client: Party) -> bool:
        return client.get_client_id() == self.client_id


def way_back(error: OAuth2Error, redirect_uri: str, state: str | None, *, issuer: str) -> Response:
    """Sends an error to the client, with `iss` as RFC 9207 asks."""
    error.redirect_uri, error.state = redirect_uri, state
    _, _, headers = error()
    return led_back(dict(headers)["Location"], issuer=issuer)


def led_back(location: str, *, issuer: str) -> Response:
    """Sends a browser to the client; 303: by GET, whatever it was sent here with."""
    url = add_params_to_uri(location, [("iss", issuer)])
    return RedirectResponse(url, 303, headers=UNCACHED)


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def query_client(self, client_id: str) -> Party | None:
        client = self.desk.client
        return Party(client) if client is not None and client.client_id == client_id else None

    def send_signal(self, *_: object, **__: object) -> None:
        """Nobody listens."""

    def authenticate_client(
        self, request: Asking, methods: list[str], endpoint: str = "token"
    ) -> Party:
        """Raises `ClientRefused`, which says what is wrong: Authlib lists its methods."""
        try:
            found: Party = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError:
            has_secret = "Authorization" in request.headers or "client_secret" in request.form
            raise ClientRefused(_refusal(self.desk.client, has_secret=has_secret)) from None
        return found

    def create_oauth2_request(self, request: Asking) -> Asking:
        return request

    def handle_response(
        self, status: int, body: object, headers: Iterable[tuple[str, str]]
    ) -> Response:
        found = dict(headers)
        if "Location" in found:
            return led_back(found["Location"], issuer=self.desk.issuer)
        return JSONResponse(body, status, headers={**UNCACHED, **found})

    def validate_requested_scope(self, scope: str | None) -> None:
        """Raises `InvalidScopeError` for what the client may never ask for."""
        if self.desk.client is None:
            raise InvalidScopeError
        check_scopes(self.desk.client, (scope or "").split())

    def generate_token(
        self,
        grant_type: str,
        client: Party,
        user: Authorised | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,  # noqa: FBT001, FBT002 - Authlib's signature
    ) -> dict[str, Any]:
        del expires_in
        workspace_id = client.client.workspace_id if user is None else user.workspace_id
        is_renewable = include_refresh_token and GrantType.REFRESH in client.client.grant_types
        asked = frozenset((scope or "").split())
        scopes = asked if asked or user is not None else _own_scopes(client.client)
        if grant_type == GrantType.CLIENT and not scopes <= _own_scopes(client.client):
            raise InvalidScopeError
        issued = Issued(
            access=make_access(client.client, workspace_id),
            refresh=make_bearer(workspace_id, BearerKind.REFRESH) if is_renewable else None,
            scopes=scopes,
        )
        self.desk.issued = issued
        return {
            "access_token": issued.access,
            "token_type": "Bearer",
            "expires_in": int(self.desk.state.lifetimes.access.total_seconds()),
            "scope": " ".join(sorted(scopes)),
            "workspace": show("ws", workspace_id),
            **({"refresh_token": issued.refresh} if issued.refresh else {}),
        }

    def save_token(self, _: object, request: Asking) -> None:
        desk = self.desk
        client, issued = desk.client, desk.issued
        if client is None or issued is None:
            raise TypeError("A token is saved after it was made, for a client.")
        session, lifetimes, now = desk.session, desk.state.lifetimes, desk.now
        if not isinstance(request.user, Authorised):
            wait(keep_own_token(session, client, issued, lifetimes=lifetimes, now=now))
            return
        wait(keep_tokens(session, client, request.user, issued, lifetimes=lifetimes, now=now))
        if request.credential is not None:
            wait(end_device(session, request.credential.device_code_id))
            wait(use_code(session, request.user, now=now))


def check_scopes(client: Client, asked: Iterable[str]) -> None:
    """Raises `InvalidScopeError` for what the client did not register."""
    beyond = sorted(set(asked) - client.scopes)
    if beyond:
        shown = " ".join(each for each in beyond if SCOPE.fullmatch(each))
        raise InvalidScopeError(f"The client did not register for: {shown or 'what it asks'}.")


def _refusal(client: Client | None, *, has_secret: bool) -> str:
    if client is None:
        return "The client is not known here, or is suspended."
    if client.is_confidential:
        if has_secret:
            return "This is no secret of the client, or one that has ended."
        return "The client has a secret: send it in the header or in the form."
    if has_secret:
        return "The client keeps no secret: send its client_id alone."
    return "This is for clients that have a secret."


def _own_scopes(client: Client) -> frozenset[str]:
    """What an application may do for itself: it has no name and no mailbox."""
    return client.scopes - frozenset(OPENID_SCOPES)
