"""Who we are to authorisation servers: by name, by the document they read, by key.

An installation on loopback cannot be reached by the server, so that it goes without a key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

from pydantic import JsonValue

from domain.connector.consent import Client, Clients, Wish
from domain.connector.http import Call, Http, Reply
from domain.kernel.ids import new_id
from domain.networks.bluesky import dpop
from domain.networks.bluesky.dpop import ProvingHttp

SCOPE = "atproto transition:generic"
BY_KEY = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EVERYWHERE = ""
ASSERTION_S = 60
_EARLIER_S = 10
"""A server takes no statement from the future, were it of a second."""
_UNKNOWN = "invalid_client"


@dataclass(frozen=True, slots=True)
class Named:
    """The way out to an authorisation server: every form says who asks."""

    proving: ProvingHttp
    secrets: Mapping[str, str]

    async def __call__(self, call: Call) -> Reply:
        """Once more where it turns out that the server's clock is another than ours."""
        before_s = self.proving.behind_s
        reply = await self.proving(self._named(call))
        if self.proving.behind_s == before_s or _UNKNOWN not in reply.text:
            return reply
        return await self.proving(self._named(call))

    def _named(self, call: Call) -> Call:
        proof = _proof_of_client(self.secrets, now_s=self.proving.time())
        return replace(call, form=(*call.form, *proof.items()))


def named_to(http: Http, secrets: Mapping[str, str]) -> Named:
    return Named(ProvingHttp(http, secrets["dpop_key"]), secrets)


def description(
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


async def ourselves(wish: Wish, clients: Clients) -> dict[str, str]:
    own_id = client_id(wish.public_url, wish.redirect_uri)
    if _is_loopback(wish.public_url):
        return {"client_id": own_id}
    client = await clients.find(EVERYWHERE)
    if client is None:
        key = dpop.new_key()
        public = {**dpop.public_part(key), "kid": dpop.key_id(key), "use": "sig", "alg": "ES256"}
        client = await clients.keep(EVERYWHERE, Client({"key": key}, public))
    return {"client_id": own_id, "client_key": client.secrets["key"]}


def _proof_of_client(secrets: Mapping[str, str], *, now_s: int) -> dict[str, str]:
    """Who asks: by name, and by key where the server can read it."""
    named = {"client_id": secrets["client_id"]}
    if "client_key" not in secrets:
        return named
    issued_at = now_s - _EARLIER_S
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


def _is_loopback(public_url: str) -> bool:
    host = urlsplit(public_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
