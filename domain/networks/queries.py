"""Reads of the networks Parvis knows: the same for every caller, so no scope guards them."""

from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, make_cursor, page_of, read_cursor
from domain.kernel.shapes import Page
from domain.networks import all_connectors, find
from domain.networks.shapes import NetworkView, view_of

BY_KEY = "key"


def get_network(key: str) -> NetworkView:
    connector = find(key)
    if connector is None:
        raise NotFound("network")
    return view_of(connector)


def list_networks(request: PageRequest) -> Page[NetworkView]:
    """In the order of the alphabet."""
    after = "" if request.cursor is None else read_cursor(request.cursor, BY_KEY, str)[0]
    rest = [connector for key, connector in all_connectors().items() if key > after]
    return page_of(
        rest[: request.limit + 1],
        request,
        view=view_of,
        cursor=lambda connector: make_cursor(BY_KEY, connector.manifest.key),
    )
