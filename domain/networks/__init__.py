"""The registry: every folder here is a network, found by its name and never imported by it."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from domain.connector.port import Connector


@cache
def all_connectors() -> dict[str, Connector]:
    """Every connector by its key, in the order of the alphabet."""
    names = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    return {name: _load(name) for name in names}


def find(key: str) -> Connector | None:
    """The connector of a network, None when Parvis does not know the network."""
    return all_connectors().get(key)


def _load(name: str) -> Connector:
    connector = import_module(f"{__name__}.{name}").CONNECTOR
    if not isinstance(connector, Connector) or connector.manifest.key != name:
        raise TypeError(f"networks/{name} needs a CONNECTOR whose manifest has that key")
    return connector
