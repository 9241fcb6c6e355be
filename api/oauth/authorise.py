"""/oauth/authorize: judges what an application asks, and leads its person to the consent page.

Nobody is known here yet, and nothing is decided: the page at /oauth/consent does both, carrying a
reference to what was judged. So sign-in, confirmation and mails lead back to it, and a form can
change nothing of what was asked.
"""

from datetime import datetime
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import InvalidRequestError
from fastapi import APIRouter, Request, Response

from api.oauth.desk import load_client, serving
from api.oauth.judging import PUSHED, SentBack, judge, without_secrets
from api.oauth.sent import FORM, MOST_FIELDS, Sent, read_pairs
from api.oauth.server import Asking
from api.oauth.visit import CONSENT, REFERENCE
from api.pages.browser import see
from api.pages.routes import OpenPageRoute
from api.state import State, state_of
from domain.identity.bearer import workspace_of
from domain.identity.parties import Client
from domain.identity.requests import open_request, take_pushed
from domain.kernel.errors import AskedMalformed, AskedNoLonger, ClientUnknown
from domain.kernel.languages import preferred

router = APIRouter(route_class=OpenPageRoute, include_in_schema=False)


@router.api_route("/oauth/authorize", methods=["GET", "POST"])
async def authorise(request: Request) -> Response:
    state, now = state_of(request), request.state.now
    sent = await read_asked(request)
    client = await load_client(state, sent.client_id, now=now)
    if client is None:
        raise ClientUnknown
    if sent.parameters.get("request_uri", "").startswith(PUSHED):
        sent = await _take(state, client, sent, now=now)
    asking = Asking(request, sent, issuer=state.settings.public_url)
    try:
        async with serving(state, client, client.workspace_id, now=now) as server:
            await server.desk.session.run_sync(lambda _: judge(server, asking))
            kept = without_secrets(sent)
            reference = await open_request(server.desk.session, client, kept, now=now)
    except SentBack as refused:
        return refused.answer
    return see(request, f"{CONSENT}?request={reference}{_language(sent)}")


async def read_asked(request: Request) -> Sent:
    """The parameters, of the query or of a form. Raises `AskedMalformed`."""
    text = request.url.query
    if request.method == "POST":
        if not request.headers.get("content-type", "").lower().startswith(FORM):
            raise AskedMalformed
        text = (await request.body()).decode("latin-1")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        return read_pairs(pairs)
    except (InvalidRequestError, ValueError):
        raise AskedMalformed from None


def _language(sent: Sent) -> str:
    """The language the client would like its person to be spoken to in (`ui_locales`)."""
    liked = preferred(sent.parameters.get("ui_locales", "").replace(" ", ","))
    return "" if liked is None else f"&lang={liked}"


async def _take(state: State, client: Client, sent: Sent, *, now: datetime) -> Sent:
    """What the client pushed before, once. Raises `AskedNoLonger`."""
    reference = sent.parameters["request_uri"].removeprefix(PUSHED)
    async with state.database.transaction(workspace_of(reference, REFERENCE)) as session:
        pushed = await take_pushed(session, client, reference, now=now)
    if pushed is None:
        raise AskedNoLonger
    return Sent({**pushed, "client_id": client.client_id}, (), client.client_id)
