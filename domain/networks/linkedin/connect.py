"""Access by a token of a person, who speaks for themselves or for an organisation."""

from datetime import datetime

from domain.connector.errors import Missing
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.linkedin import grants
from domain.networks.linkedin.answers import Organization, UserInfo
from domain.networks.linkedin.manifest import MANIFEST
from domain.networks.linkedin.urns import ORGANIZATION, PERSON, WEB, author_urn, number_of
from domain.networks.linkedin.wire import REST, Server, server_of

_USERINFO = MANIFEST.at("userinfo")


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:
    root = login.fields.get("server", "").strip().rstrip("/") or grants.API
    author = author_urn(login.fields.get("author", ""))
    token = login.fields["access_token"].strip()
    profile = await profile_of(Server(http, root, token, login.versions), author)
    return Connected(root, profile, await grants.pasted(http, root, login, now=now))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:
    return await grants.renewed(http, access, now=now)


async def check(http: Http, access: Access) -> Profile:
    return await profile_of(server_of(http, access), access.remote_id)


async def profile_of(server: Server, author: str) -> Profile:
    """An organisation, else the person whose token it is. Raises `Missing` for any other author."""
    if author.startswith(ORGANIZATION):
        return await _organization(server, author)
    info = await server.read(_USERINFO, UserInfo)
    urn = f"{PERSON}{info.sub}"
    if author not in ("", urn):
        raise Missing("The author is neither an organisation nor the person whose token it is.")
    return Profile(
        remote_id=urn,
        handle=info.name or info.sub,
        display_name=info.name or None,
        avatar_url=info.picture,
    )


async def _organization(server: Server, urn: str) -> Profile:
    """LinkedIn shows it to whoever administers it alone."""
    found = await server.read(f"{REST}/organizations/{number_of(urn)}", Organization)
    return Profile(
        remote_id=f"{ORGANIZATION}{found.id}",
        handle=found.vanity_name or found.localized_name or found.id,
        display_name=found.localized_name or None,
        url=f"{WEB}/company/{found.vanity_name or found.id}/",
    )
