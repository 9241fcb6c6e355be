"""Access through Facebook's own page, by a person who manages the Page (`graph_consent`).

https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow,
…/facebook-login/facebook-login-for-business and …/guides/access-tokens/get-long-lived, read
2026-11-28. What a person unticked once is asked for again by `rerequest`. The token of a Page lasts
where that of the person was lengthened first, and is all that is kept in the end.
"""

from dataclasses import replace
from datetime import datetime

from domain.connector.consent import (
    Begun,
    Choice,
    Clients,
    Place,
    Wish,
    code_used,
    no_document,
)
from domain.connector.dialects import graph_consent
from domain.connector.dialects.graph import Graph, Listed
from domain.connector.dialects.graph_hooks import APP_SECRET
from domain.connector.heard import Heard, understood
from domain.connector.http import Http
from domain.connector.words import Connected, Login
from domain.networks.facebook import connect
from domain.networks.facebook.manifest import MANIFEST
from domain.networks.facebook.pages import OwnedPage, let_in, meant
from domain.networks.facebook.places import ROOT
from domain.networks.facebook.wire import SERVER

NEEDED = ("pages_show_list", "pages_manage_posts", "pages_read_engagement")
SCOPES = ",".join(
    (
        *NEEDED,
        "pages_manage_engagement",
        "pages_read_user_content",
        "read_insights",
        "business_management",
    )
)

_PERSON = "person"
"""Under this name a choice keeps the token of whoever consented."""


class _Permission(Heard):
    permission: str
    status: str


async def begin(http: Http, wish: Wish, clients: Clients) -> Begun:  # noqa: ARG001 - the ability's own signature
    page = f"{_root(wish, ROOT)}/dialog/oauth"
    if config := wish.given("config_id"):
        return graph_consent.asked_at(page, wish, config_id=config)
    scope = wish.given("scopes") or SCOPES
    return graph_consent.asked_at(page, wish, scope=scope, auth_type="rerequest")


async def finish(
    http: Http,
    wish: Wish,
    begun: Begun,
    code: str,
    clients: Clients,  # noqa: ARG001 - the ability's own signature
    *,
    now: datetime,
) -> Connected | Choice:
    root, name = _root(wish, SERVER), MANIFEST.name
    person = Graph(http, name, root, begun.secrets.get(_PERSON, ""), wish.given(APP_SECRET))
    if person.token:
        return await _entered(http, wish, meant(await let_in(person), code), now)
    short = await graph_consent.exchanged(http, name, f"{root}/oauth/access_token", wish, code)
    with code_used():
        person = await _lengthened(replace(person, token=short.access_token), wish)
        graph_consent.ensure_granted(name, wish, await _granted(person), NEEDED)
        pages, named = await let_in(person), wish.given("page") or wish.remote_id or ""
        if len(pages) > 1 and not named:
            places = tuple(Place(page.id, page.name) for page in pages)
            return Choice(places, {_PERSON: person.token})
        return await _entered(http, wish, meant(pages, named), now)


document = no_document


async def _entered(http: Http, wish: Wish, page: OwnedPage, now: datetime) -> Connected:
    login = Login({**wish.fields, "token": page.access_token}, wish.versions)
    return await connect.connect(http, login, now=now)


async def _lengthened(person: Graph, wish: Wish) -> Graph:
    query = [
        ("grant_type", "fb_exchange_token"),
        ("client_id", wish.given(graph_consent.APP_ID)),
        ("client_secret", person.app_secret),
        ("fb_exchange_token", person.token),
    ]
    long = await person.read("/oauth/access_token", graph_consent.Token, query)
    return replace(person, token=long.access_token)


async def _granted(person: Graph) -> set[str]:
    listed = await person.read("/me/permissions", Listed)
    told = understood(listed.data, _Permission)
    return {each.permission for each in told if each.status == "granted"}


def _root(wish: Wish, usual: str) -> str:
    """Facebook's pages and its api have versions in common."""
    return f"{graph_consent.root_of(wish, usual)}{MANIFEST.at('graph', wish.versions.get('graph'))}"
