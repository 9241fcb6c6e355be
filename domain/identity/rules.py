"""What an application may register and who may use what, from where: judged purely."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from uuid import UUID

# What RFC 3986 lets stand in an address, without quotes, backslashes, spaces or controls.
WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]{1,2000}")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")
PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
LOOPBACK = re.compile(r"http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?([/?].*)?")
LOCAL_HOSTS = frozenset({"127.0.0.1", "[::1]", "localhost"})
ORIGIN = re.compile(r"(https?)://([^/?#@]+?)(:[0-9]{1,5})?")
DOTS = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})


def redirect_fault(uri: str, *, is_test: bool, is_confidential: bool) -> str | None:
    """Why an address cannot be sent back to; None when it can.

    https anywhere; http on loopback addresses; schemes of their own for public applications
    (RFC 8252, 7.1); `localhost` by name for test applications only.
    """
    if "#" in uri:
        return "It has a fragment."
    if not WRITTEN.fullmatch(uri):
        return "It holds characters that an address cannot hold, or more than 2000."
    scheme, found, rest = uri.partition(":")
    if not found:
        return "It has no scheme."
    if scheme not in {"http", "https"}:
        return _private_scheme_fault(scheme, rest, is_confidential=is_confidential)
    return _web_fault(uri, scheme, is_test=is_test)


def _private_scheme_fault(scheme: str, rest: str, *, is_confidential: bool) -> str | None:
    if is_confidential:
        return "Only public applications come back by a scheme of their own."
    if not PRIVATE_SCHEME.fullmatch(scheme):
        return "A scheme of its own is a domain turned round, such as ch.example.app."
    return _path_fault(rest)


def _web_fault(uri: str, scheme: str, *, is_test: bool) -> str | None:
    try:
        parts = urlsplit(uri)
        host = parts.netloc.removesuffix(f":{parts.port}")
    except ValueError:
        return "It cannot be read."
    if "@" in parts.netloc:
        return "It names a user."
    if not HOST.fullmatch(host):
        return "Its host is not written in lower case, or is none."
    if scheme == "http" and host == "localhost" and not is_test:
        return "Name the loopback address itself: 127.0.0.1 or [::1]."
    if scheme == "http" and host not in LOCAL_HOSTS:
        return "It is not https."
    return _path_fault(parts.path)


def _path_fault(path: str) -> str | None:
    if any(segment.lower() in DOTS for segment in path.partition("?")[0].split("/")):
        return "Its path climbs."
    return None


def redirects_to(asked: str, registered: str) -> bool:
    """Whether they are the same to the letter; on a loopback address any port will do."""
    if asked == registered:
        return True
    here, there = LOOPBACK.fullmatch(asked), LOOPBACK.fullmatch(registered)
    return here is not None and there is not None and here.group(1, 3) == there.group(1, 3)


def origin_fault(origin: str) -> str | None:
    """Why this is no origin of a browser, such as `https://app.example.ch`; None when it is."""
    found = ORIGIN.fullmatch(origin)
    if found is None or not HOST.fullmatch(found[2]):
        return "An origin is a scheme, a host in lower case and perhaps a port, nothing else."
    if found[1] == "http" and found[2] not in LOCAL_HOSTS:
        return "It is not https."
    if found[3] == {"http": ":80", "https": ":443"}[found[1]]:
        return "Browsers leave out the port that is usual."
    return None


def network_fault(text: str) -> str | None:
    """Why this is no range of addresses, such as `192.0.2.0/24`; None when it is."""
    try:
        ip_network(text)
    except ValueError:
        return "Send an address, or a range such as 192.0.2.0/24 without bits behind its length."
    return None


def may_come_from(address: str | None, networks: Sequence[str] | None) -> bool:
    """Whether a client's address lies in one of the ranges; None: from anywhere."""
    if networks is None:
        return True
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ip_network(network) for network in networks)


def listed(communities: Iterable[UUID] | None) -> frozenset[UUID] | None:
    """The communities of a row; None: all."""
    return None if communities is None else frozenset(communities)


def both(one: frozenset[UUID] | None, other: frozenset[UUID] | None) -> frozenset[UUID] | None:
    """The communities that both see; None: all."""
    return one if other is None else other if one is None else one & other
