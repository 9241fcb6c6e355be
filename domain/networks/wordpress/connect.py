"""Access by an application password, which a user makes on their profile and can take back."""

from datetime import datetime
from urllib.parse import urlsplit

from domain.connector.dialects.answering import ByGateway
from domain.connector.errors import GrantExpired, Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.wordpress.answers import User
from domain.networks.wordpress.discover import find_api, site_of
from domain.networks.wordpress.people import avatar
from domain.networks.wordpress.wire import API, REST, USER, Server, server_of


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    api = await find_api(http, login.fields["site"])
    user, password = (login.fields[name].strip() for name in ("user", "app_password"))
    grant = Grant(access=password, extra={API: api, USER: user})
    profile = await _myself(Server(http, api, user, password))
    return Connected(server=site_of(api), profile=profile, grant=grant)


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    return None


async def check(http: Http, access: Access) -> Profile:
    return await _myself(server_of(http, access))


async def _myself(server: Server) -> Profile:
    try:
        user = await server.read(f"{REST}/users/me", User)
    except ByGateway:
        raise
    except Refused as error:
        message = "The site does not accept this user and application password."
        raise GrantExpired(message, said=error.said) from error
    site = urlsplit(site_of(server.api))
    return Profile(
        remote_id=user.id,
        handle=f"{user.slug}@{site.netloc}{site.path}",
        display_name=user.name or None,
        url=user.link,
        avatar_url=avatar(user.avatar_urls),
    )
