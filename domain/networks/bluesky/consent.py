"""Access through the account's own authorisation server: a pushed request, its page, the exchange.

Sessions of an installation that proves itself by a key last; one on loopback cannot be reached by
the server, so that it goes without a key and its sessions end after two weeks
(https://atproto.com/specs/oauth, read 2026-11-26).
"""

from datetime import datetime

from pydantic import JsonValue

from domain.connector.consent import Begun, Client, Clients, Wish, code_used
from domain.connector.dialects import oauth2
from domain.connector.dialects.oauth2 import Tokens
from domain.connector.errors import (
    GrantExpired,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from domain.connector.heard import Heard, NotUnderstood, heard
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Access, Connected, Grant
from domain.networks.bluesky import dpop
from domain.networks.bluesky.identity import DIRECTORY, Home, facts_of, home_of, server_of_did
from domain.networks.bluesky.ourselves import SCOPE, description, named_to, ourselves
from domain.networks.bluesky.person import enter

KEPT = ("dpop_key", "client_id", "client_key", "issuer", "token_endpoint")


class _Pushed(Heard):
    request_uri: str


async def begin(http: Http, wish: Wish, clients: Clients) -> Begun:
    home = await _home(http, wish)
    secrets = {
        "verifier": oauth2.new_verifier(),
        "dpop_key": dpop.new_key(),
        "issuer": home.facts.issuer,
        "token_endpoint": home.facts.token_endpoint,
        **await ourselves(wish, clients),
    }
    asked = {
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": wish.redirect_uri,
        "state": wish.state,
        "code_challenge": oauth2.challenge_of(secrets["verifier"]),
        "code_challenge_method": "S256",
        "login_hint": wish.fields["handle"].strip().removeprefix("@"),
    }
    call = Call("POST", home.pushed, form=tuple(asked.items()))
    reply = await named_to(http, secrets)(call)
    url = oauth2.page_url(
        home.facts.authorization_endpoint,
        client_id=secrets["client_id"],
        request_uri=_request_uri(reply),
    )
    return Begun(url, issuer=home.facts.issuer, secrets=secrets)


async def finish(
    http: Http,
    wish: Wish,
    begun: Begun,
    code: str,
    clients: Clients,  # noqa: ARG001 - the ability's own signature
    *,
    now: datetime,
) -> Connected:
    secrets = dict(begun.secrets)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": wish.redirect_uri,
        "code_verifier": secrets["verifier"],
    }
    tokens = await oauth2.ask_tokens(named_to(http, secrets), secrets["token_endpoint"], form)
    extra = {name: secrets[name] for name in KEPT if name in secrets}
    with code_used():
        server = await _vouched(http, wish, tokens, secrets["issuer"])
        return await enter(http, server, tokens.sub or "", tokens.grant(now=now, extra=extra))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant:
    """A new pair under the same key."""
    kept = access.grant.extra
    if not access.grant.refresh:
        raise GrantExpired("No refresh token is kept for this account.")
    form = {"grant_type": "refresh_token", "refresh_token": access.grant.refresh}
    tokens = await oauth2.ask_tokens(named_to(http, kept), kept["token_endpoint"], form)
    if tokens.sub not in {None, access.remote_id}:
        raise GrantExpired("The server renewed the session of somebody else.")
    return tokens.grant(now=now)


def document(
    public_url: str, redirect_uri: str, client: Client | None
) -> dict[str, JsonValue] | None:
    return description(public_url, redirect_uri, client)


async def _home(http: Http, wish: Wish) -> Home:
    handle = wish.fields["handle"].strip().removeprefix("@")
    server = wish.fields.get("server", "").strip().rstrip("/") or None
    if server is not None and "://" not in server:
        server = f"https://{server}"
    return await home_of(http, handle, server, _directory(wish))


def _directory(wish: Wish) -> str:
    return wish.fields.get("directory", "").strip().rstrip("/") or DIRECTORY


def _request_uri(reply: Reply) -> str:
    if reply.is_broken:
        raise Unavailable("The server is out of order.", said=str(reply.status))
    if is_slowed(reply):
        until, said = waits_until(reply), str(reply.status)
        raise RateLimited("The server asks us to slow down.", until=until, said=said)
    try:
        if reply.is_success:
            return heard(reply, _Pushed).request_uri
    except NotUnderstood as error:
        raise OutcomeUnknown("The server's answer makes no sense.", said=str(error)) from error
    raise Refused("The server does not take our request.", said=reply.text[:500])


async def _vouched(http: Http, wish: Wish, tokens: Tokens, issuer: str) -> str:
    """The account's server, once its own document leads to the server that gave the tokens."""
    if tokens.sub is None:
        raise Refused("The server does not say whose tokens these are.")
    server = await server_of_did(http, tokens.sub, _directory(wish))
    home = await home_of(http, "", server, _directory(wish))
    if (await facts_of(http, issuer)).issuer != home.facts.issuer:
        raise Refused("This server may not speak for that identity.")
    return server
