"""The Threads API: where it lies, and how it is entered; its refusals are the Graph APIs'."""

from domain.connector.dialects.graph import Graph
from domain.connector.http import Http
from domain.connector.words import Access, Login
from domain.networks.threads.manifest import MANIFEST

SERVER = "https://graph.threads.net"
_GRAPH = "graph"


def profile_of(http: Http, access: Access) -> Graph:
    """The account's profile."""
    path = MANIFEST.at(_GRAPH, access.versions.get(_GRAPH))
    return Graph(http, MANIFEST.name, f"{access.server}{path}", access.grant.access)


def profile_at(http: Http, server: str, login: Login) -> Graph:
    """The profile that a login opens."""
    path = MANIFEST.at(_GRAPH, login.versions.get(_GRAPH))
    return Graph(http, MANIFEST.name, f"{server}{path}", login.fields["token"].strip())


def beside(http: Http, access: Access) -> Graph:
    """Where tokens are renewed: beside the versions."""
    return Graph(http, MANIFEST.name, access.server, access.grant.access)
