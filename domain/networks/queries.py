"""Reads of the networks Parvis knows: the same for every caller, so no scope guards them.

`chosen` are the versions that NETWORK_VERSIONS names.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.connector.port import Connector
from domain.connector.versions import spoken
from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, make_cursor, page_of, read_cursor
from domain.kernel.shapes import Page
from domain.networks import all_connectors, find
from domain.networks.shapes import NetworkView, view_of

BY_KEY = "networks.key"


def get_network(key: str, chosen: Sequence[str], *, now: datetime) -> NetworkView:
    connector = find(key)
    if connector is None:
        raise NotFound("network")
    return _view(connector, chosen, now)


def list_networks(
    request: PageRequest, chosen: Sequence[str], *, now: datetime
) -> Page[NetworkView]:
    """In the order of the alphabet."""
    after = "" if request.cursor is None else read_cursor(request.cursor, BY_KEY, str)[0]
    rest = [connector for key, connector in all_connectors().items() if key > after]
    return page_of(
        rest[: request.limit + 1],
        request,
        view=lambda connector: _view(connector, chosen, now),
        cursor=lambda connector: make_cursor(BY_KEY, connector.manifest.key),
    )


def _view(connector: Connector, chosen: Sequence[str], now: datetime) -> NetworkView:
    return view_of(connector, spoken(connector.manifest, chosen, on=now.date()))
