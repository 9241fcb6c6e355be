"""Which version of each api is spoken: the one that NETWORK_VERSIONS names, else the first alive.

A choice is written `network.api=version`, and names what the network's manifest knows.
"""

from collections.abc import Iterable
from datetime import date

from domain.connector.manifest import Api, Manifest
from domain.connector.port import Connector


class VersionUnknown(Exception):
    """NETWORK_VERSIONS names what no manifest knows."""


def ensure_known(chosen: Iterable[str], connectors: Iterable[Connector]) -> None:
    """Raises `VersionUnknown` for a choice that none of the connectors could follow."""
    known = [
        f"{connector.manifest.key}.{api.name}={version.name}"
        for connector in connectors
        for api in connector.manifest.apis
        for version in api.versions
    ]
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        raise VersionUnknown(
            f"NETWORK_VERSIONS names {', '.join(unknown)}; known are {', '.join(known)}."
        )


def spoken(manifest: Manifest, chosen: Iterable[str], *, on: date) -> dict[str, str]:
    """By the name of an api its version on a day; what is not versioned is left out."""
    named = dict(each.split("=", 1) for each in chosen)
    return {
        api.name: named.get(f"{manifest.key}.{api.name}") or _alive(api, on)
        for api in manifest.apis
        if api.versions
    }


def _alive(api: Api, on: date) -> str:
    """The first that has not ended, or, where all have, the last to end."""
    alive = [each for each in api.versions if each.sunset_on is None or each.sunset_on > on]
    last = max(api.versions, key=lambda each: each.sunset_on or date.max)
    return (alive or [last])[0].name
