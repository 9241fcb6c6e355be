"""Access by a long-lived token, which is extended (`graph_lifetimes`)."""

from datetime import datetime

from domain.connector.dialects import graph_lifetimes
from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.threads.answers import Person
from domain.networks.threads.wire import SERVER, beside, profile_at, profile_of

_FIELDS = [("fields", "id,username,name,threads_profile_picture_url")]


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:
    root = login.fields.get("server", "").strip().rstrip("/") or SERVER
    graph = profile_at(http, root, login)
    try:
        person = await graph.read("/me", Person, _FIELDS)
    except Refused as error:
        message = "This is no token of a profile on Threads."
        raise Refused(message, code="account.login_refused", said=error.said) from error
    return Connected(root, _profile(person), graph_lifetimes.pasted(graph.token, now=now))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant:
    beside_versions = beside(http, access)
    return await graph_lifetimes.extended(
        beside_versions, "th_refresh_token", access.grant, now=now
    )


async def check(http: Http, access: Access) -> Profile:
    return _profile(await profile_of(http, access).read("/me", Person, _FIELDS))


def _profile(person: Person) -> Profile:
    return Profile(
        remote_id=person.id,
        handle=person.username,
        display_name=person.name,
        url=f"https://www.threads.com/@{person.username}",
        avatar_url=person.threads_profile_picture_url,
    )
