"""Access through Threads' own page (`graph_consent`).

https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions, read
2026-11-28. Nobody but a tester's token is told what was granted, so that is not asked.
"""

from datetime import datetime

from domain.connector.consent import Begun, Clients, Wish, code_used, no_document
from domain.connector.dialects import graph_consent, graph_lifetimes
from domain.connector.dialects.graph import Graph
from domain.connector.http import Http
from domain.connector.words import Connected, Login
from domain.networks.threads import connect
from domain.networks.threads.manifest import MANIFEST
from domain.networks.threads.wire import SERVER

WEB = "https://threads.com"
SCOPES = (
    "threads_basic,threads_content_publish,threads_manage_replies,threads_read_replies,"
    "threads_manage_insights,threads_manage_mentions,threads_delete"
)


async def begin(http: Http, wish: Wish, clients: Clients) -> Begun:  # noqa: ARG001 - the ability's own signature
    page = f"{graph_consent.root_of(wish, WEB)}/oauth/authorize"
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
    root, name = graph_consent.root_of(wish, SERVER), MANIFEST.name
    short = await graph_consent.exchanged(http, name, f"{root}/oauth/access_token", wish, code)
    with code_used():
        beside = Graph(http, name, root, short.access_token)
        long = await graph_consent.lasting(beside, "th_exchange_token", wish)
        login = Login({**wish.fields, "token": long.access_token}, wish.versions)
        connected = await connect.connect(http, login, now=now)
    grant = graph_lifetimes.granted(long.access_token, long.expires_in, now=now)
    return Connected(root, connected.profile, grant)


document = no_document
