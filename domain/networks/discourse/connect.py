"""Access by a key: an administrator's, which acts for a user, or a user's own; it never runs out.

`/session/current.json` and `/site/settings.json` are what a forum's own pages ask:
https://github.com/discourse/discourse/blob/main/config/routes.rb, read 2026-11-26.
"""

from datetime import datetime

from domain.connector.errors import GrantExpired, Missing, Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Measures, Profile
from domain.networks.discourse.answers import Session, SiteSettings
from domain.networks.discourse.hooks import HOOK_SECRET
from domain.networks.discourse.people import profile_of
from domain.networks.discourse.wire import API_USERNAME, WHO, Server, server_at, server_of

_KIB = 1024


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    root = _root_of(login.fields["server"])
    username = login.fields.get("api_username", "").strip()
    secret = login.fields.get("hook_secret", "").strip()
    told = {API_USERNAME: username, HOOK_SECRET: secret}
    extra = {name: value for name, value in told.items() if value}
    grant = Grant(access=login.fields["api_key"].strip(), extra=extra)
    server = server_at(http, root, grant)
    profile = await _own(server)
    return Connected(root, profile, grant, await _measures(server))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    return None


async def check(http: Http, access: Access) -> Profile:
    return await _own(server_of(http, access))


async def _own(server: Server) -> Profile:
    """Who we are over there; nobody (404) is what a forum makes of a key it does not know."""
    try:
        session = await server.read(WHO, Session)
    except Missing as error:
        raise GrantExpired("The forum does not know this key.", said=error.said) from error
    return profile_of(session.current_user, server.root)


async def _measures(server: Server) -> Measures:
    try:
        settings = await server.read("/site/settings.json", SiteSettings)
    except Refused:
        return Measures()
    size = settings.max_image_size_kb
    return Measures(
        text_max=settings.max_post_length,
        image_max_bytes=None if size is None else size * _KIB,
    )


def _root_of(typed: str) -> str:
    address = typed.strip().rstrip("/")
    return address if "://" in address else f"https://{address}"
