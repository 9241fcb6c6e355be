"""Which addresses workers may connect to: public ones, and origins an operator listed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from time import monotonic

import httpcore2
import httpx2

from domain.connector.errors import Barred, Refused, Unavailable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host and port, as text, best first."""

CONNECT_TIMEOUT_S = 5.0
# A look-up cannot be broken off. Threads of their own, so that names whose servers never answer
# keep no file and no feed waiting.
_NAMES = ThreadPoolExecutor(64, "names")
_DEFAULT_PORTS = {"http": 80, "https": 443}
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


def origin_of(url: str) -> str:
    """`scheme://host:port` in small letters, the port always written.

    Read by the parser that also builds the request, so that both mean the same host. Raises
    `Refused` for what workers never call: other schemes, credentials in a URL, no host.
    """
    try:
        parts = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Refused("The address is not a valid URL.", code="outbound.url_refused") from error
    known = _DEFAULT_PORTS.get(parts.scheme)
    port = known if known is None or parts.port is None else parts.port
    if port is None or not 0 < port < 65536 or not parts.host or parts.userinfo:
        raise Refused(
            "Only http and https addresses without credentials can be called.",
            code="outbound.url_refused",
        )
    host = parts.raw_host.decode("ascii")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses the system's resolver knows. Raises `OSError` when there are none."""
    ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_NAMES, ask)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to public addresses only, to the very address it vetted.

    The name is asked for once for each connection, so a second answer of a hostile name server
    never comes into play. A host is refused when any of its addresses is not public.
    """

    def __init__(self, ask: Resolve, opener: httpcore2.AsyncNetworkBackend) -> None:
        self._ask = ask
        self._opener = opener

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the backend's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._vetted(host, port)
        until = monotonic() + (timeout or CONNECT_TIMEOUT_S)
        failure: Exception | None = None
        for place, address in enumerate(addresses):
            share_s = max(0.1, until - monotonic()) / (len(addresses) - place)
            try:
                return await self._opener.connect_tcp(
                    address, port, share_s, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError("no address")

    async def sleep(self, seconds: float) -> None:
        await self._opener.sleep(seconds)

    async def _vetted(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._ask(host, port)
        except (OSError, UnicodeError) as error:
            raise Unavailable(
                f"The name {host} could not be resolved.", code="outbound.unreachable"
            ) from error
        if not all(is_public(address) for address in addresses):
            raise Barred(
                f"{host} lies on a private address; OUTBOUND_ALLOW may list its origin.",
                code="outbound.address_refused",
            )
        return addresses


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
