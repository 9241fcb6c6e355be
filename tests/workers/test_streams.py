"""A request leaves whole, and what is much does not wait."""

import socket
from collections.abc import Iterator

import httpcore2
import pytest

from workers.streams import QuickStream


class Wire(httpcore2.AsyncNetworkStream):
    """Notes each write; `is_broken` refuses them all. Answers one word."""

    def __init__(self, own: socket.socket, *, is_broken: bool = False) -> None:
        self._own = own
        self._is_broken = is_broken
        self.written: list[bytes] = []

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109, ARG002 - the stream's signature
        return b"heard"

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG002 - the stream's signature
        if self._is_broken:
            raise httpcore2.WriteError
        self.written.append(buffer)

    def get_extra_info(self, info: str) -> object:
        return self._own if info == "socket" else None


@pytest.fixture
def own() -> Iterator[socket.socket]:
    with socket.socket() as one:
        yield one


async def test_head_and_body_leave_in_one_write_when_the_answer_is_asked_for(
    own: socket.socket,
) -> None:
    wire = Wire(own)
    stream = QuickStream(wire)

    await stream.write(b"head")
    await stream.write(b"body")
    before = list(wire.written)
    first, second = await stream.read(10), await stream.read(10)

    assert (before, wire.written) == ([], [b"headbody"])
    assert (first, second) == (b"heard", b"heard")


async def test_what_is_much_leaves_at_once(own: socket.socket) -> None:
    wire = Wire(own)
    much = bytes(64 * 1024)

    await QuickStream(wire).write(much + b"!")

    assert wire.written == [much + b"!"]


async def test_the_answer_of_one_who_takes_nothing_more_is_read(own: socket.socket) -> None:
    stream = QuickStream(Wire(own, is_broken=True))

    await stream.write(b"head")

    assert await stream.read(10) == b"heard"
