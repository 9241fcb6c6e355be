"""Access through the server's own page: our registration there, the page, the exchange.

Every server registers applications by itself, once and for free
(https://docs.joinmastodon.org/methods/apps/, read 2026-11-26). Servers before 4.3 publish no
facts and pass over PKCE; the addresses they have are known.
"""

from datetime import datetime

from domain.connector.consent import Begun, Client, Clients, Wish, code_used, no_document
from domain.connector.dialects import oauth2
from domain.connector.dialects.oauth2 import CLIENT_FORGOTTEN, ServerFacts
from domain.connector.errors import Refused
from domain.connector.heard import Heard
from domain.connector.http import Call, Http
from domain.connector.words import Connected
from domain.networks.mastodon.connect import APP, ENDPOINT, enter, root_of
from domain.networks.mastodon.wire import REST, Server

# https://docs.joinmastodon.org/api/oauth-scopes/, read 2026-11-26. `profile` came with 4.3.
SCOPES = "read:accounts read:statuses read:notifications read:search write:statuses write:media"


class _Registered(Heard):
    client_id: str
    client_secret: str


async def begin(http: Http, wish: Wish, clients: Clients) -> Begun:
    root = root_of(wish.fields["server"])
    client = await clients.find(root) or await clients.keep(root, await _register(http, root, wish))
    facts = await oauth2.discover(http, root) or _usual(root)
    verifier = oauth2.new_verifier()
    url = oauth2.page_url(
        facts.authorization_endpoint,
        response_type="code",
        client_id=client.secrets["client_id"],
        redirect_uri=wish.redirect_uri,
        scope=SCOPES,
        state=wish.state,
        code_challenge=oauth2.challenge_of(verifier),
        code_challenge_method="S256",
    )
    sends_issuer = facts.authorization_response_iss_parameter_supported
    return Begun(
        url,
        issuer=facts.issuer if sends_issuer else None,
        secrets={"verifier": verifier, "token_endpoint": facts.token_endpoint},
    )


async def finish(
    http: Http, wish: Wish, begun: Begun, code: str, clients: Clients, *, now: datetime
) -> Connected:
    root = root_of(wish.fields["server"])
    client = await clients.find(root)
    if client is None:
        raise Refused("Our registration at this server is gone; begin again.")
    app = {name: client.secrets[name] for name in APP}
    endpoint = begun.secrets["token_endpoint"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        **app,
        "redirect_uri": wish.redirect_uri,
        "code_verifier": begun.secrets["verifier"],
        "scope": SCOPES,
    }
    try:
        tokens = await oauth2.ask_tokens(http, endpoint, form)
    except Refused as error:
        if error.code == CLIENT_FORGOTTEN:
            await clients.forget(root)
        raise
    extra = {**app, ENDPOINT: endpoint} if tokens.refresh_token else {}
    with code_used():
        return await enter(http, root, tokens.grant(now=now, extra=extra))


document = no_document


async def _register(http: Http, root: str, wish: Wish) -> Client:
    form = (
        ("client_name", "Parvis"),
        ("redirect_uris", wish.redirect_uri),
        ("scopes", SCOPES),
        ("website", wish.public_url),
    )
    call = Call("POST", f"{REST}/apps", form=form)
    made = await Server(http, root).repeat(call, _Registered)
    return Client({"client_id": made.client_id, "client_secret": made.client_secret})


def _usual(root: str) -> ServerFacts:
    return ServerFacts(
        issuer=f"{root}/",
        authorization_endpoint=f"{root}/oauth/authorize",
        token_endpoint=f"{root}/oauth/token",
    )
