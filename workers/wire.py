"""Connections to networks, kept a while and used again.

One that the other side has closed meanwhile is told before a byte is written on it, and another is
taken: whatever was begun on it would have an outcome to doubt.
"""

import io
import select
import ssl
from contextvars import ContextVar
from dataclasses import dataclass

import aiohttp
from aiohappyeyeballs import SocketFactoryType
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection

from domain.connector.http import Reply
from workers.answer import read_reply
from workers.sending import Request, unsendable

CONNECT_TIMEOUT_S = 5.0
KEEP_ALIVE_S = 4.0
"""Many servers close what rests for five seconds, and what meets their farewell is in doubt."""
_LONGEST_HEADER_BYTES = 100_000
_MOST_AT_ONCE_BYTES = 256 * 1024


@dataclass(slots=True)
class Progress:
    """Of one request: whether its first byte may be out."""

    is_sent: bool = False


_progress: ContextVar[Progress] = ContextVar("progress")


class _Cut(aiohttp.ClientError):
    """A connection did not come about, or ended before its answer."""


class _Stale(Exception):
    """The other side has closed this connection."""


class Wire:
    """One pool of connections; closed with `aclose`."""

    def __init__(
        self,
        *,
        trust: ssl.SSLContext,
        opener: SocketFactoryType,
        resolver: AbstractResolver | None,
        max_connections: int,
        max_bytes: int,
        connect_s: float,
    ) -> None:
        self._max_bytes = max_bytes
        connector = aiohttp.TCPConnector(
            limit=max_connections,
            ssl=trust,
            resolver=resolver,
            use_dns_cache=False,
            keepalive_timeout=KEEP_ALIVE_S,
            socket_factory=opener,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            request_class=_Watched,
            middlewares=(_once,),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers={"content-type"},
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(sock_connect=connect_s),
            max_line_size=_LONGEST_HEADER_BYTES,
            max_field_size=_LONGEST_HEADER_BYTES,
        )

    async def aclose(self) -> None:
        await self._session.close()

    async def exchange(self, request: Request, progress: Progress) -> Reply:
        """Raises what aiohttp does, `TooLarge`, and what the resolver and the opener do."""
        _progress.set(progress)
        while True:
            try:
                return await self._exchange(request)
            except _Stale:
                continue

    async def _exchange(self, request: Request) -> Reply:
        async with self._session.request(
            request.method,
            request.url,
            headers=request.headers,
            data=_written(request.body),
            allow_redirects=False,
        ) as response:
            return await read_reply(response, max_bytes=self._max_bytes)


class _Watched(aiohttp.ClientRequest):
    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        if _is_stale(conn):
            raise _Stale
        _progress.get().is_sent = True
        try:
            return await super().send(conn)
        except ValueError as error:  # of a header: nothing is written yet
            raise unsendable() from error


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending again by itself what may have been taken."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectionError as error:
        raise _Cut(str(error)) from error


def _is_stale(connection: Connection) -> bool:
    """Whether anything came unasked: a farewell, or what belongs to no question of ours."""
    if connection.transport is None:
        return True
    poll = select.poll()
    poll.register(connection.transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _written(body: bytes) -> bytes | io.BytesIO | None:
    """Much is written piece by piece, as fast as it is taken."""
    return io.BytesIO(body) if len(body) > _MOST_AT_ONCE_BYTES else body or None
