"""Access through Instagram's own page (`graph_consent`), for professional accounts.

https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login,
read 2026-11-28. Id and secret are those that the dashboard shows for Instagram, not the app's own.
"""

from datetime import datetime

from domain.connector.consent import Begun, Clients, Wish, code_used, no_document
from domain.connector.dialects import graph_consent, graph_lifetimes
from domain.connector.dialects.graph import Graph
from domain.connector.http import Http
from domain.connector.words import Connected, Login
from domain.networks.instagram import connect
from domain.networks.instagram.manifest import MANIFEST
from domain.networks.instagram.places import ROOT
from domain.networks.instagram.wire import INSTAGRAM

TOKENS = "https://api.instagram.com"
NEEDED = ("instagram_business_basic", "instagram_business_content_publish")
SCOPES = ",".join(
    (*NEEDED, "instagram_business_manage_comments", "instagram_business_manage_insights")
)


async def begin(http: Http, wish: Wish, clients: Clients) -> Begun:  # noqa: ARG001 - the ability's own signature
    page = f"{graph_consent.root_of(wish, ROOT)}/oauth/authorize"
    return graph_consent.asked_at(page, wish, scope=wish.given("scopes") or SCOPES)


async def finish(
    http: Http,
    wish: Wish,
    begun: Begun,  # noqa: ARG001 - the ability's own signature
    code: str,
    clients: Clients,  # noqa: ARG001 - as above
    *,
    now: datetime,
) -> Connected:
    endpoint, name = f"{graph_consent.root_of(wish, TOKENS)}/oauth/access_token", MANIFEST.name
    short = await graph_consent.exchanged(http, name, endpoint, wish, code)
    graph_consent.ensure_granted(name, wish, short.granted, NEEDED)
    with code_used():
        beside = Graph(http, name, graph_consent.root_of(wish, INSTAGRAM), short.access_token)
        long = await graph_consent.lasting(beside, "ig_exchange_token", wish)
        login = Login({**wish.fields, "token": long.access_token}, wish.versions)
        connected = await connect.connect(http, login, now=now)
    grant = graph_lifetimes.granted(
        long.access_token, long.expires_in, now=now, extra=connected.grant.extra
    )
    return Connected(connected.server, connected.profile, grant)


document = no_document
