"""Connections that are kept, and those that ended meanwhile."""

import asyncio
import socket
import threading
from collections.abc import Sequence

import pytest

from domain.connector.errors import Unavailable
from domain.connector.http import Call
from tests.workers.loopback import Detour, loopback, says
from workers.http import OutwardHttp
from workers.wire import KEEP_ALIVE_S

USUAL_S = 5.0
"""How long Apache, Node and uvicorn keep a resting connection if they are not told otherwise."""


def outward(*allow: str) -> OutwardHttp:
    return OutwardHttp(allow=allow, timeout_s=2, max_bytes=1000, user_agent="Parvis/test")


class _Leaves(threading.Thread):
    """A server that answers each connection once, and closes it when it is told to."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listens = socket.create_server(("127.0.0.1", 0))
        self.root = f"http://127.0.0.1:{self._listens.getsockname()[1]}"
        self.heard: list[bytes] = []
        self.may_leave, self.has_left = threading.Event(), threading.Event()

    def run(self) -> None:
        with self._listens:
            for _ in range(2):
                connection, _ = self._listens.accept()
                with connection:
                    self.heard.append(connection.recv(10_000).partition(b"\r\n\r\n")[2])
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                    self.may_leave.wait(5)
                self.has_left.set()


async def test_a_connection_that_has_ended_unseen_is_not_written_on() -> None:
    server = _Leaves()
    server.start()
    async with outward(server.root) as http:
        await http(Call("POST", server.root, content=b"one"))
        # The event loop stands still meanwhile, and knows nothing of it.
        server.may_leave.set()
        server.has_left.wait(5)
        reply = await http(Call("POST", server.root, content=b"two"))
    server.join(5)

    assert reply.body == b"ok"
    assert server.heard == [b"one", b"two"]


async def test_a_connection_that_rested_for_as_long_as_servers_keep_theirs_is_not_used_again() -> (
    None
):
    async with loopback(says(), says(), says()) as server, outward(server.root) as http:
        await http(Call("POST", server.root))
        await http(Call("POST", server.root))
        at_once = server.connections
        await asyncio.sleep(KEEP_ALIVE_S + 0.1)
        await http(Call("POST", server.root))

    assert (at_once, server.connections) == (1, 2)
    assert KEEP_ALIVE_S < USUAL_S


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async def two(_host: str, _port: int) -> Sequence[str]:
        return ["93.184.216.34", "93.184.216.35"]

    async with loopback() as server:
        closed = server.port
    detour = Detour(closed)
    async with OutwardHttp(
        allow=[], timeout_s=2, max_bytes=10, user_agent="Parvis/test", ask=two, opener=detour
    ) as http:
        with pytest.raises(Unavailable) as failure:
            await http(Call("GET", "https://two.example/"))

    assert failure.value.code == "outbound.unreachable"
    assert list(dict.fromkeys(detour.asked)) == [("93.184.216.34", 443), ("93.184.216.35", 443)]


async def test_a_name_is_asked_for_once_for_a_connection() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def rebinds(_host: str, _port: int) -> Sequence[str]:
        return answers.pop(0)

    async with loopback(says(), says()) as server:
        detour = Detour(server.port)
        async with OutwardHttp(
            allow=[],
            timeout_s=2,
            max_bytes=10,
            user_agent="Parvis/test",
            ask=rebinds,
            opener=detour,
        ) as http:
            for _ in range(2):
                await http(Call("GET", "http://evil.example/"))

    assert detour.asked == [("93.184.216.34", 80)]
    assert answers == [["127.0.0.1"]]


async def test_much_is_written_whole() -> None:
    much = bytes(range(256)) * 8192
    async with loopback(says()) as server, outward(server.root) as http:
        await http(Call("PUT", server.root, content=much))

    assert server.bodies == [much]
    assert f"content-length: {len(much)}\r\n" in server.heads[0].lower()


async def test_the_answer_of_one_who_takes_nothing_more_is_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listens:
        root = f"http://127.0.0.1:{listens.getsockname()[1]}"

        def refuse() -> None:
            connection, _ = listens.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1_000_000):
                    pass

        server = threading.Thread(target=refuse, daemon=True)
        server.start()
        async with outward(root) as http:
            reply = await http(Call("POST", root, content=bytes(5_000_000)))
    server.join(5)

    assert (reply.status, reply.body) == (413, b"big")
