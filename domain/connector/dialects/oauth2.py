"""OAuth 2.0's code flow as most networks speak it: PKCE, the exchange, the renewal.

Only `invalid_grant` says that a grant is gone (RFC 6749, 5.2); every other trouble disconnects
nobody.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from domain.connector.dialects.moments import lasting
from domain.connector.errors import (
    GrantExpired,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.heard import Heard, NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Grant

_GONE = frozenset({"invalid_grant"})
_CLIENT_UNKNOWN = frozenset({"invalid_client", "unauthorized_client"})
CLIENT_FORGOTTEN = "consent.client_forgotten"


class Tokens(Heard):
    """A token answer (RFC 6749, 5.1)."""

    access_token: str
    refresh_token: str | None = None
    expires_in: int | None = None
    token_type: str = "bearer"  # noqa: S105 - a kind of token
    sub: str | None = None
    """The account's id, where the network names it beside the token."""

    def grant(self, *, now: datetime, extra: Mapping[str, str] | None = None) -> Grant:
        ends_at = None if self.expires_in is None else now + lasting(self.expires_in)
        return Grant(self.access_token, self.refresh_token or None, ends_at, dict(extra or {}))


class ServerFacts(Heard):
    """What an authorisation server says of itself (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    pushed_authorization_request_endpoint: str | None = None
    authorization_response_iss_parameter_supported: bool = False


class _Failure(Heard):
    error: str = ""
    error_description: str = ""


def new_verifier() -> str:
    """A secret of PKCE (RFC 7636), 384 bits of chance."""
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    """What the S256 method shows of a verifier."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def page_url(endpoint: str, **parameters: str) -> str:
    """The address of an authorisation page, whose own query stays."""
    joint = "&" if urlsplit(endpoint).query else "?"
    return f"{endpoint}{joint}{urlencode(parameters)}"


async def discover(http: Http, root: str) -> ServerFacts | None:
    """The facts of a server; None where it publishes none, or not in a way we know."""
    url = f"{root}/.well-known/oauth-authorization-server"
    reply = await _harmless(http, Call("GET", url, headers={"accept": "application/json"}))
    if reply.is_broken:
        raise Unavailable("The server is out of order.", said=f"{reply.status}")
    if is_slowed(reply):
        raise _slower(reply, f"{reply.status}")
    if not reply.is_success:
        return None
    try:
        return heard(reply, ServerFacts)
    except NotUnderstood:
        return None


async def ask_tokens(
    http: Http,
    endpoint: str,
    form: Mapping[str, str],
    *,
    headers: Mapping[str, str] | None = None,
) -> Tokens:
    """Exchanges a code or renews a grant. A code that was used, or a grant gone: `GrantExpired`."""
    call = Call("POST", endpoint, headers=dict(headers or {}), form=tuple(form.items()))
    reply = await http(call)
    hidden = tuple(form.values())
    if reply.is_broken:
        raise OutcomeUnknown("The network failed while it gave a token.", said=str(reply.status))
    if not reply.is_success:
        raise _refusal(reply, hidden)
    try:
        return heard(reply, Tokens)
    except NotUnderstood as error:
        raise OutcomeUnknown("The network's answer makes no sense.", said=str(error)) from error


def _refusal(reply: Reply, hidden: tuple[str, ...]) -> NetworkError:
    try:
        failure = heard(reply, _Failure)
    except NotUnderstood:
        failure = _Failure()
    told = f"{reply.status} {failure.error} {failure.error_description}"[:2000]
    said = without_secrets(told, hidden)
    if is_slowed(reply):
        return _slower(reply, said)
    if failure.error in _GONE:
        return GrantExpired("The network no longer takes this code or grant.", said=said)
    if failure.error in _CLIENT_UNKNOWN:
        message = "The network does not know this installation (any more); begin again."
        return Refused(message, code=CLIENT_FORGOTTEN, said=said)
    return Refused("The network refuses to give a token.", said=said)


def _slower(reply: Reply, said: str) -> RateLimited:
    until = waits_until(reply)
    return RateLimited("The network asks us to slow down.", until=until, said=said)


async def _harmless(http: Http, call: Call) -> Reply:
    try:
        return await http(call)
    except OutcomeUnknown as error:
        raise Unavailable(error.message, said=error.said) from error
