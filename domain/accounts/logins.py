"""Logins as people type them: fit to the manifest, and told apart without being kept."""

import hashlib
import hmac
from collections.abc import Mapping

from domain.connector.manifest import LoginField
from domain.kernel.caller import Caller
from domain.kernel.errors import AbilityMissing, Fault, Misfit, NetworkReal, NetworkUnknown
from domain.kernel.sealing import KeyRing
from domain.networks import find


def check_login(network: str, login: Mapping[str, str]) -> None:
    """Raises `Misfit` with a pointer for each field that is missing, empty or unknown."""
    connector = find(network)
    if connector is not None and connector.connect is None:
        raise AbilityMissing("Accounts of this network are not connected.", at="/network")
    asked = () if connector is None else connector.manifest.login
    check_fields(network, asked, login, place="login")


def check_reach(caller: Caller, network: str) -> None:
    """A test workspace lives ahead of time: what it publishes must reach nobody.

    Raises `NetworkReal`.
    """
    connector = find(network)
    if connector is None or connector.publish is None or connector.manifest.is_test:
        return
    if caller.ahead is not None:
        raise NetworkReal(at="/network")


def check_fields(
    network: str, asked: tuple[LoginField, ...], given: Mapping[str, str], *, place: str
) -> None:
    """The same for any fields a network asks for; `place` is where they stand in the body."""
    if find(network) is None:
        raise NetworkUnknown(at="/network")
    faults = [*_missing(asked, given, place), *_unknown(asked, given, place)]
    if faults:
        raise Misfit(
            f"What `{place}` holds is not what this network asks for.", faults=tuple(faults)
        )


def keyed_digest(keys: KeyRing, asked: str) -> bytes:
    """What a request with secrets asked for: under our key, as a plain digest could be guessed."""
    key = next(iter(keys.keys.values()))
    return hmac.digest(key, asked.encode(), hashlib.sha256)


def _missing(fields: tuple[LoginField, ...], given: Mapping[str, str], place: str) -> list[Fault]:
    return [
        Fault(f"/{place}/{field.name}", "missing", f"{field.label} is needed.")
        for field in fields
        if field.is_required and not given.get(field.name, "").strip()
    ]


def _unknown(fields: tuple[LoginField, ...], given: Mapping[str, str], place: str) -> list[Fault]:
    known = {field.name for field in fields}
    return [
        Fault(
            f"/{place}/{_escaped(name)}", "extra_forbidden", "The network asks for no such field."
        )
        for name in given
        if name not in known
    ]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
