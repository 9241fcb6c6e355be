"""The Graph API of Pages: where it lies, and how it is entered with a Page's token.

Videos go up at a host of their own; whoever runs a server between us and Meta has but one.
"""

from dataclasses import replace

from domain.connector.dialects.graph import Graph
from domain.connector.dialects.graph_hooks import APP_SECRET
from domain.connector.http import Http
from domain.connector.words import Access, Login
from domain.networks.facebook.manifest import MANIFEST

SERVER = "https://graph.facebook.com"
_GRAPH = "graph"
_VIDEO_SERVER = "https://graph-video.facebook.com"


def page_of(http: Http, access: Access) -> Graph:
    """The account's Page."""
    grant, version = access.grant, access.versions.get(_GRAPH)
    root = f"{access.server}{MANIFEST.at(_GRAPH, version)}"
    return Graph(http, MANIFEST.name, root, grant.access, grant.extra.get(APP_SECRET, ""))


def page_at(http: Http, server: str, login: Login) -> Graph:
    """The Page that a login opens."""
    root = f"{server}{MANIFEST.at(_GRAPH, login.versions.get(_GRAPH))}"
    token = login.fields["token"].strip()
    secret = login.fields.get(APP_SECRET, "").strip()
    return Graph(http, MANIFEST.name, root, token, secret)


def for_videos(page: Graph) -> Graph:
    return replace(page, root=page.root.replace(SERVER, _VIDEO_SERVER, 1))
