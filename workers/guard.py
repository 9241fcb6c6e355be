"""Which addresses workers may connect to: public ones, and origins an operator listed."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohappyeyeballs import AddrInfoType, SocketFactoryType
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from domain.connector.errors import Barred, Refused, Unavailable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host and port, as text, best first."""

# A look-up cannot be broken off. Threads of their own, so that names whose servers never answer
# keep no file and no feed waiting.
_NAMES = ThreadPoolExecutor(64, "names")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")  # RFC 3986, 2
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_UNICAST = IPv6Network("2000::/3")  # RFC 4291: all that is routed on the internet
_NEVER = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24",  # RFC 6890: protocol assignments, partly "global" to ipaddress
        "192.88.99.0/24",  # RFC 7526: the retired relay of 6to4
        "168.63.129.16/32",  # a cloud's own agent, reached from each of its machines
        "3fff::/20",  # RFC 9637: documentation, still "global" to Python 3.11
    )
)


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also when it wraps an IPv4 address."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        inner = _wrapped(found)
        if inner is None and found not in _UNICAST:
            return False
        found = inner or found
    if not found.is_global or found.is_multicast or found.is_reserved:
        return False
    return not any(found in block for block in _NEVER)


def address_of(url: str) -> URL:
    """An address as it will be called; what is written as it should be stays letter by letter.

    Raises `Refused` for what workers never call: other schemes, credentials in a URL, no host.
    """
    try:
        found = URL(url, encoded=_WRITTEN.fullmatch(url) is not None)
        is_plain = bool(found.raw_host and found.port) and found.raw_user is None
    except ValueError as error:
        raise Refused("The address is not a valid URL.", code="outbound.url_refused") from error
    if found.scheme not in _DEFAULT_PORTS or not is_plain or found.raw_password is not None:
        raise Refused(
            "Only http and https addresses without credentials can be called.",
            code="outbound.url_refused",
        )
    return found


def origin_of(url: str) -> str:
    """`scheme://host:port` in small letters, the port always written.

    Read as the address that is called, so that both mean the same host. Raises `Refused` as
    `address_of` does.
    """
    found = address_of(url)
    return f"{found.scheme}://{found.host_subcomponent}:{found.port}".lower()


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses the system's resolver knows. Raises `OSError` when there are none."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_NAMES, ask)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicResolver(AbstractResolver):
    """Gives the addresses of hosts of which every one is public.

    A name is asked for once for each connection, so a second answer of a hostile name server
    never comes into play.
    """

    def __init__(self, ask: Resolve) -> None:
        self._ask = ask

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises `Unavailable` for a name that is none, `Barred` for a private address."""
        del family
        try:
            addresses = await self._ask(host, port)
        except (OSError, UnicodeError) as error:
            raise Unavailable(
                f"The name {host} could not be resolved.", code="outbound.unreachable"
            ) from error
        if not all(is_public(address) for address in addresses):
            raise _barred(host)
        return [_found(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing is kept."""


def open_socket(where: AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = where
    return socket.socket(family, kind, protocol)


def only_public(opener: SocketFactoryType) -> SocketFactoryType:
    """Opens sockets to public addresses alone: the last gate, and the only one for numbers."""

    def opened(where: AddrInfoType) -> socket.socket:
        address = str(where[4][0])
        if not is_public(address):
            raise _barred(address)
        return opener(where)

    return opened


def _found(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )


def _barred(host: str) -> Barred:
    return Barred(
        f"{host} lies on a private address; OUTBOUND_ALLOW may list its origin.",
        code="outbound.address_refused",
    )


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
