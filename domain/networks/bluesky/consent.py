"""Access through the account's own authorisation server: a pushed request, its page, the exchange.

Sessions of an installation that proves itself by a key last; one on loopback cannot be reached by
the server, so that it goes without a key and its sessions end after two weeks
(https://atproto.com/specs/oauth, read 2026-11-26).
"""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from time import time
from urllib.parse import urlencode, urlsplit

from pydantic import JsonValue

from domain.connector.consent import Begun, Client, Clients, Wish
from domain.connector.dialects import oauth2
from domain.connector.dialects.oauth2 import Tokens
from domain.connector.errors import GrantExpired, OutcomeUnknown, Refused, Unavailable
from domain.connector.heard import Heard, NotUnderstood, heard
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access, Connected, Grant
from domain.kernel.ids import new_id
from domain.networks.bluesky import dpop
from domain.networks.bluesky.dpop import ProvingHttp
from domain.networks.bluesky.identity import DIRECTORY, Home, facts_of, home_of, server_of_did
from domain.networks.bluesky.person import enter

SCOPE = "atproto transition:generic"
BY_KEY = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EVERYWHERE = ""
ASSERTION_S = 60
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
        **await _ourselves(wish, clients),
    }
    asked = {
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": wish.redirect_uri,
        "state": wish.state,
        "code_challenge": oauth2.challenge_of(secrets["verifier"]),
        "code_challenge_method": "S256",
        "login_hint": wish.fields["handle"].strip().removeprefix("@"),
        **_proof_of_client(secrets),
    }
    form = tuple(asked.items())
    reply = await ProvingHttp(http, secrets["dpop_key"])(Call("POST", home.pushed, form=form))
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
        **_proof_of_client(secrets),
    }
    proving = ProvingHttp(http, secrets["dpop_key"])
    tokens = await oauth2.ask_tokens(proving, secrets["token_endpoint"], form)
    server = await _vouched(http, wish, tokens, secrets["issuer"])
    extra = {name: secrets[name] for name in KEPT if name in secrets}
    return await enter(http, server, tokens.sub or "", tokens.grant(now=now, extra=extra))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant:
    """A new pair under the same key."""
    kept = access.grant.extra
    if not access.grant.refresh:
        raise GrantExpired("No refresh token is kept for this account.")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": access.grant.refresh,
        **_proof_of_client(kept),
    }
    proving = ProvingHttp(http, kept["dpop_key"])
    tokens = await oauth2.ask_tokens(proving, kept["token_endpoint"], form)
    if tokens.sub not in {None, access.remote_id}:
        raise GrantExpired("The server renewed the session of somebody else.")
    return tokens.grant(now=now)


def document(
    public_url: str, redirect_uri: str, client: Client | None
) -> dict[str, JsonValue] | None:
    """What authorisation servers read of us; nothing before our key was made."""
    if client is None:
        return None
    return {
        "client_id": client_id(public_url, redirect_uri),
        "client_name": "Parvis",
        "client_uri": public_url,
        "application_type": "web",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": SCOPE,
        "dpop_bound_access_tokens": True,
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [dict(client.public)]},
    }


def client_id(public_url: str, redirect_uri: str) -> str:
    """The address of our document; on loopback the form that needs none."""
    if not _is_loopback(public_url):
        return f"{public_url}/connect/clients/bluesky.json"
    return f"http://localhost?{urlencode({'redirect_uri': redirect_uri, 'scope': SCOPE})}"


async def _home(http: Http, wish: Wish) -> Home:
    handle = wish.fields["handle"].strip().removeprefix("@")
    server = wish.fields.get("server", "").strip().rstrip("/") or None
    if server is not None and "://" not in server:
        server = f"https://{server}"
    return await home_of(http, handle, server, _directory(wish))


def _directory(wish: Wish) -> str:
    return wish.fields.get("directory", "").strip().rstrip("/") or DIRECTORY


async def _ourselves(wish: Wish, clients: Clients) -> dict[str, str]:
    own_id = client_id(wish.public_url, wish.redirect_uri)
    if _is_loopback(wish.public_url):
        return {"client_id": own_id}
    client = await clients.find(EVERYWHERE)
    if client is None:
        key = dpop.new_key()
        public = {**dpop.public_part(key), "kid": dpop.key_id(key), "use": "sig", "alg": "ES256"}
        client = await clients.keep(EVERYWHERE, Client({"key": key}, public))
    return {"client_id": own_id, "client_key": client.secrets["key"]}


def _proof_of_client(secrets: Mapping[str, str]) -> dict[str, str]:
    """Who asks: by name, and by key where the server can read it."""
    named = {"client_id": secrets["client_id"]}
    if "client_key" not in secrets:
        return named
    # Good for this minute alone; nothing else is decided by it.
    issued_at = int(time())
    claims: dict[str, JsonValue] = {
        "iss": secrets["client_id"],
        "sub": secrets["client_id"],
        "aud": secrets["issuer"],
        "jti": new_id().hex,
        "iat": issued_at,
        "exp": issued_at + ASSERTION_S,
    }
    assertion = dpop.signed(secrets["client_key"], claims)
    return {**named, "client_assertion_type": BY_KEY, "client_assertion": assertion}


def _request_uri(reply: Reply) -> str:
    if reply.status >= 500:
        raise Unavailable("The server is out of order.", said=str(reply.status))
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


def _is_loopback(public_url: str) -> bool:
    host = urlsplit(public_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
