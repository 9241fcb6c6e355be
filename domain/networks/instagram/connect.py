"""Access by a token of Instagram's own login, which is extended, or of the account's Page.

https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started
and …/instagram-api-with-facebook-login/get-started, read 2026-11-28.
"""

from datetime import datetime

from domain.connector.dialects import graph_lifetimes
from domain.connector.dialects.graph import Graph
from domain.connector.dialects.graph_hooks import APP_SECRET, HOOK_WORD
from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.instagram.answers import Page, Person
from domain.networks.instagram.places import ROOT
from domain.networks.instagram.wire import (
    FACEBOOK,
    INSTAGRAM,
    account_at,
    account_of,
    beside,
    is_own_login,
)

_SHOWN = "username,name,profile_picture_url"
_OWN = [("fields", f"user_id,{_SHOWN}")]
_OF_PAGE = [("fields", f"instagram_business_account{{id,{_SHOWN}}}")]


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:
    is_own = is_own_login(login.fields["token"].strip())
    usual = INSTAGRAM if is_own else FACEBOOK
    root = login.fields.get("server", "").strip().rstrip("/") or usual
    graph = account_at(http, root, login)
    try:
        person = await (_own(graph) if is_own else _of_page(graph))
    except Refused as error:
        message = "This is no token of a professional account or of its Page, or not of this app."
        raise Refused(message, code="account.login_refused", said=error.said) from error
    told = {name: login.fields.get(name, "").strip() for name in (APP_SECRET, HOOK_WORD)}
    extra = {name: value for name, value in told.items() if value}
    grant = Grant(graph.token, extra=extra)
    if is_own:
        grant = graph_lifetimes.pasted(graph.token, now=now, extra=extra)
    return Connected(root, _profile(person), grant)


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:
    """None for the token of a Page, which does not run out."""
    if not is_own_login(access.grant.access):
        return None
    return await graph_lifetimes.extended(
        beside(http, access), "ig_refresh_token", access.grant, now=now
    )


async def check(http: Http, access: Access) -> Profile:
    graph = account_of(http, access)
    if is_own_login(access.grant.access):
        return _profile(await _own(graph))
    fields = [("fields", f"id,{_SHOWN}")]
    return _profile(await graph.read(f"/{access.remote_id}", Person, fields))


async def _own(graph: Graph) -> Person:
    return await graph.read("/me", Person, _OWN)


async def _of_page(graph: Graph) -> Person:
    page = await graph.read("/me", Page, _OF_PAGE)
    if page.instagram_business_account is None:
        raise Refused("The Page is connected with no professional account on Instagram.")
    return page.instagram_business_account


def _profile(person: Person) -> Profile:
    return Profile(
        remote_id=person.user_id or person.id,
        handle=person.username,
        display_name=person.name,
        url=f"{ROOT}/{person.username}/",
        avatar_url=person.profile_picture_url,
    )
