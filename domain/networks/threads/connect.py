"""Access by a long-lived token: it counts for sixty days, and is extended once it is a day old.

https://developers.facebook.com/docs/threads/get-started/long-lived-tokens, read 2026-11-28: what is
younger than a day is not extended, and what has ended never is. Nobody tells how old a token is
that somebody pastes: it is extended after a day here, and from then on ten days before its end.
"""

from datetime import datetime, timedelta

from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.threads.answers import Person, Token
from domain.networks.threads.wire import SERVER, beside, profile_at, profile_of

_FIELDS = [("fields", "id,username,name,threads_profile_picture_url")]
_OLD_ENOUGH = timedelta(hours=25)
_AHEAD = timedelta(days=10)


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:
    root = login.fields.get("server", "").strip().rstrip("/") or SERVER
    graph = profile_at(http, root, login)
    try:
        person = await graph.read("/me", Person, _FIELDS)
    except Refused as error:
        message = "This is no token of a profile on Threads."
        raise Refused(message, code="account.login_refused", said=error.said) from error
    grant = Grant(access=graph.token, refresh=graph.token, expires_at=now + _OLD_ENOUGH)
    return Connected(root, _profile(person), grant)


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant:
    """The token, extended. It is asked for by itself, as the documentation shows it."""
    query = [("grant_type", "th_refresh_token"), ("access_token", access.grant.access)]
    token = await beside(http, access).read("/refresh_access_token", Token, query)
    lasts = timedelta(seconds=token.expires_in)
    ends_at = now + max(lasts - _AHEAD, lasts / 2)
    return Grant(access=token.access_token, refresh=token.access_token, expires_at=ends_at)


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
