"""Access through LinkedIn's own page, for an app that whoever connects brings along.

LinkedIn registers no application by itself: id and secret come with the wish, and rest sealed with
it; the app's page lists `/connect/callback` as a redirect of its own
(https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow, read
2026-11-28). It takes no PKCE of an app that has a secret, and names no issuer.
"""

from datetime import datetime

from domain.connector.consent import Begun, Clients, Wish, code_used, no_document
from domain.connector.dialects import oauth2
from domain.connector.http import Http
from domain.connector.words import Connected
from domain.networks.linkedin import grants
from domain.networks.linkedin.connect import profile_of
from domain.networks.linkedin.urns import author_urn
from domain.networks.linkedin.wire import Server

PERSON_SCOPES = "openid profile w_member_social"
ORGANIZATION_SCOPES = "w_organization_social r_organization_social rw_organization_admin"


async def begin(http: Http, wish: Wish, clients: Clients) -> Begun:  # noqa: ARG001 - the ability's own signature
    scopes = ORGANIZATION_SCOPES if wish.given("author") else PERSON_SCOPES
    url = oauth2.page_url(
        grants.oauth_at(_root(wish), "authorization"),
        response_type="code",
        client_id=wish.given("client_id"),
        redirect_uri=wish.redirect_uri,
        state=wish.state,
        scope=wish.given("scopes") or scopes,
    )
    return Begun(url)


async def finish(
    http: Http,
    wish: Wish,
    begun: Begun,  # noqa: ARG001 - the ability's own signature
    code: str,
    clients: Clients,  # noqa: ARG001 - as above
    *,
    now: datetime,
) -> Connected:
    root, app = _root(wish), {name: wish.given(name) for name in grants.APP}
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": wish.redirect_uri,
        **app,
    }
    tokens = await oauth2.ask_tokens(http, grants.oauth_at(root, "accessToken"), form)
    server = Server(http, root, tokens.access_token, wish.versions)
    with code_used():
        profile = await profile_of(server, author_urn(wish.given("author")))
    return Connected(root, profile, tokens.grant(now=now, extra=app))


document = no_document


def _root(wish: Wish) -> str:
    return wish.given("server").rstrip("/") or grants.API
