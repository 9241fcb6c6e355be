"""Networks in the graph: every manifest readable."""

from typing import Any

from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import argument, asking
from api.graph.pages import Listed, Order, connection, page_request, paging
from domain.networks import queries
from domain.networks.shapes import NetworkView

NETWORK = derive(NetworkView, "Network", "A network Parvis knows: its limits and abilities.")
BY_KEY = Order(queries.BY_KEY, ("key",))


async def _network(_: object, context: Context, given: dict[str, Any]) -> NetworkView:
    chosen = context.state.settings.network_versions
    return queries.get_network(given["key"], chosen, now=context.now)


async def _networks(_: object, context: Context, given: dict[str, Any]) -> Listed:
    request = page_request(given["first"], given.get("after") or None)
    page = queries.list_networks(request, context.state.settings.network_versions, now=context.now)
    return Listed(page.data, BY_KEY, page.page.has_more, request.cursor)


QUERIES = (
    asking(
        "network",
        NETWORK | None,
        "One network by its key. Needs no scope.",
        _network,
        [argument("key", str, "The network's key, such as `mastodon`.")],
    ),
    asking(
        "networks",
        connection(NETWORK) | None,
        "The networks, in the order of the alphabet. Needs no scope.",
        _networks,
        paging(50),
    ),
)

MUTATIONS: tuple[Mutation, ...] = ()
