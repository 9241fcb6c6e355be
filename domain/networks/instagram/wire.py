"""Instagram's API by its two doors: Instagram's own login, and Facebook's by a connected Page.

Tokens of the one begin with `IG`, those of the other with `EAA`; each is for a host of its own
(https://developers.facebook.com/docs/instagram-platform/overview, read 2026-11-28). The proof of
the app's secret is Facebook's alone.
"""

from domain.connector.dialects.graph import Graph
from domain.connector.dialects.graph_hooks import APP_SECRET
from domain.connector.http import Http
from domain.connector.words import Access, Login
from domain.networks.instagram.manifest import MANIFEST

FACEBOOK, INSTAGRAM = "https://graph.facebook.com", "https://graph.instagram.com"
_GRAPH = "graph"


def is_own_login(token: str) -> bool:
    """Whether a token is of Instagram's own login, and not of a Page."""
    return token.startswith("IG")


def account_of(http: Http, access: Access) -> Graph:
    root = f"{access.server}{MANIFEST.at(_GRAPH, access.versions.get(_GRAPH))}"
    return _entered(http, root, access.grant.access, access.grant.extra.get(APP_SECRET, ""))


def account_at(http: Http, server: str, login: Login) -> Graph:
    """The account that a login opens."""
    root = f"{server}{MANIFEST.at(_GRAPH, login.versions.get(_GRAPH))}"
    secret = login.fields.get(APP_SECRET, "").strip()
    return _entered(http, root, login.fields["token"].strip(), secret)


def _entered(http: Http, root: str, token: str, secret: str) -> Graph:
    return Graph(http, MANIFEST.name, root, token, "" if is_own_login(token) else secret)


def beside(http: Http, access: Access) -> Graph:
    """Where tokens are renewed: beside the versions."""
    return Graph(http, MANIFEST.name, access.server, access.grant.access)
