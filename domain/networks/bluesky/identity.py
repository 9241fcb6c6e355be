"""From a handle to the account's server and the server that speaks for it.

handle → DID → the DID's document → its personal data server → that one's authorisation server
(https://atproto.com/specs/oauth, https://atproto.com/specs/did, read 2026-11-26).
"""

from dataclasses import dataclass
from urllib.parse import quote

from domain.connector.dialects import oauth2
from domain.connector.dialects.oauth2 import ServerFacts
from domain.connector.errors import OutcomeUnknown, RateLimited, Refused, Unavailable
from domain.connector.heard import Heard, NotUnderstood, T, heard
from domain.connector.http import Call, Http
from domain.connector.rates import is_slowed, waits_until
from domain.networks.bluesky.answers import DidDocument
from domain.networks.bluesky.manifest import MANIFEST

RESOLVER = "https://public.api.bsky.app"
DIRECTORY = "https://plc.directory"
_PDS = "#atproto_pds"


class _Resolved(Heard):
    did: str


class _Resource(Heard):
    """Facts of a protected resource (RFC 9728)."""

    authorization_servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """Where an account lives and who gives tokens for it."""

    server: str
    facts: ServerFacts
    pushed: str
    """Where authorisation requests are pushed (RFC 9126)."""


async def home_of(http: Http, handle: str, server: str | None, directory: str) -> Home:
    """The home of a handle; of a server, where that is given."""
    if server is None:
        did = await did_of(http, handle)
        server = await server_of_did(http, did, directory)
    resource = await _get(http, f"{server}/.well-known/oauth-protected-resource", _Resource)
    if len(resource.authorization_servers) != 1:
        raise Refused("This server names no single authorisation server.")
    facts = await facts_of(http, resource.authorization_servers[0])
    pushed = facts.pushed_authorization_request_endpoint
    if pushed is None:
        raise Refused("This server takes no pushed requests, which the protocol asks for.")
    return Home(server, facts, pushed)


async def facts_of(http: Http, issuer: str) -> ServerFacts:
    root = issuer.rstrip("/")
    facts = await oauth2.discover(http, root)
    if facts is None or facts.issuer.rstrip("/") != root:
        raise Refused("This server's authorisation server does not say who it is.")
    return facts


async def did_of(http: Http, handle: str) -> str:
    url = f"{RESOLVER}{MANIFEST.at('xrpc')}/com.atproto.identity.resolveHandle"
    return (await _get(http, url, _Resolved, handle=handle)).did


async def server_of_did(http: Http, did: str, directory: str) -> str:
    """The personal data server that the DID's own document names."""
    document = await _get(http, _document_url(did, directory), DidDocument)
    for service in document.service:
        if service.id.endswith(_PDS) and isinstance(service.service_endpoint, str):
            return service.service_endpoint.rstrip("/")
    raise Refused("This identity names no server.")


def _document_url(did: str, directory: str) -> str:
    if did.startswith("did:plc:"):
        return f"{directory}/{quote(did, safe=':')}"
    host = did.removeprefix("did:web:")
    if host == did or not host or "/" in host:
        raise Refused("Bluesky has no identities of this kind.")
    return f"https://{host}/.well-known/did.json"


async def _get(http: Http, url: str, shape: type[T], **query: str) -> T:
    try:
        reply = await http(Call("GET", url, query=tuple(query.items())))
    except OutcomeUnknown as error:
        raise Unavailable(error.message, said=error.said) from error
    if reply.is_broken:
        raise Unavailable("The server is out of order.", said=str(reply.status))
    if is_slowed(reply):
        until, said = waits_until(reply), str(reply.status)
        raise RateLimited("The server asks us to slow down.", until=until, said=said)
    if not reply.is_success:
        raise Refused("Bluesky does not know this handle or server.", said=str(reply.status))
    try:
        return heard(reply, shape)
    except NotUnderstood as error:
        raise Refused("The server's answer makes no sense.", said=str(error)) from error
