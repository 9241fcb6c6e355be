"""A real server on loopback whose every answer, byte by byte, is the test's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpcore2

from workers.streams import QuickBackend

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Loopback:
    port: int
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def loopback(*answers: Answer) -> AsyncIterator[Loopback]:
    """Serves one answer per request, in order; past the last, connections are closed."""
    left = list(answers)
    seen = Loopback(port=0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        try:
            while left:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                seen.heads.append(head)
                seen.bodies.append(await reader.readexactly(_length(head)))
                await left.pop(0)(writer)
                await writer.drain()
                if writer.is_closing():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()


def says(
    body: bytes = b"", *, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()
) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return answer


def cuts_off(sent: bytes = b"") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.close()

    return answer


async def keeps_silent(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


class Detour(QuickBackend):
    """Connects every address to one loopback port, and remembers what it was asked for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.asked: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the backend's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.asked.append((host, port))
        return await super().connect_tcp(
            "127.0.0.1", self._port, timeout, local_address, socket_options
        )


def _length(head: str) -> int:
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0
