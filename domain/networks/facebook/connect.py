"""Access by a Page's own token, which says which Page it is of, and does not run out.

A Page token that was got with a long-lived one of a person has no end of its own; it ends when that
person's role, password or consent does: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived,
read 2026-11-28.
"""

from datetime import datetime

from domain.connector.dialects.graph_hooks import APP_SECRET, HOOK_WORD
from domain.connector.errors import Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.facebook.answers import Page
from domain.networks.facebook.places import ROOT
from domain.networks.facebook.wire import SERVER, page_at, page_of

_FIELDS = [("fields", "id,name,username,link,category,picture{url}")]


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    root = login.fields.get("server", "").strip().rstrip("/") or SERVER
    graph = page_at(http, root, login)
    try:
        page = await graph.read("/me", Page, _FIELDS)
    except Refused as error:
        message = "This is no token of a Page, or the secret is not of the app that it is for."
        raise Refused(message, code="account.login_refused", said=error.said) from error
    told = {APP_SECRET: graph.app_secret, HOOK_WORD: login.fields.get(HOOK_WORD, "").strip()}
    extra = {name: value for name, value in told.items() if value}
    return Connected(root, _profile(page), Grant(access=graph.token, extra=extra))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    return None


async def check(http: Http, access: Access) -> Profile:
    return _profile(await page_of(http, access).read(f"/{access.remote_id}", Page, _FIELDS))


def _profile(page: Page) -> Profile:
    return Profile(
        remote_id=page.id,
        handle=page.username or page.name,
        display_name=page.name,
        url=page.link or f"{ROOT}/{page.id}",
        avatar_url=page.picture.data.url,
    )
