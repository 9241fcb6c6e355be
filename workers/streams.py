"""Connections that cost little in a burst of posts.

The pool asks every idle connection of its before each call whether it is still open; anyio's own
answer takes 20 µs, which costs more than the calls themselves (measured 2026-11-22). And a request
leaves whole, head and body in one write, when its answer is asked for.
"""

import select
import ssl
from collections.abc import Iterable
from contextlib import suppress

import httpcore2

_MOST_KEPT = 64 * 1024


class QuickStream(httpcore2.AsyncNetworkStream):
    """What is written waits for the first reading, or until it is much."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._unwritten = bytearray()
        self._socket = stream.get_extra_info("socket")
        self._poll = select.poll()
        self._poll.register(self._socket.fileno(), select.POLLIN)

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  the stream's signature
    ) -> bytes:
        # Whoever ends a connection early may have said why: that is read, as httpcore does.
        with suppress(httpcore2.WriteError):
            await self._write_out(timeout)
        return await self._stream.read(max_bytes, timeout)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  the stream's signature
    ) -> None:
        self._unwritten += buffer
        if len(self._unwritten) > _MOST_KEPT:
            await self._write_out(timeout)

    async def _write_out(self, timeout: float | None) -> None:  # noqa: ASYNC109  as above
        if self._unwritten:
            written, self._unwritten = bytes(self._unwritten), bytearray()
            await self._stream.write(written, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  the stream's signature
    ) -> httpcore2.AsyncNetworkStream:
        return QuickStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> object:
        if info == "is_readable":
            return self._socket.fileno() < 0 or bool(self._poll.poll(0))
        return self._stream.get_extra_info(info)


class QuickBackend(httpcore2.AnyIOBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the backend's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return QuickStream(
            await super().connect_tcp(host, port, timeout, local_address, socket_options)
        )
