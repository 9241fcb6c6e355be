"""A refusal is read by clients that send their whole body first, and what follows has a bound."""

import asyncio
import http.client
import json
import socket
import tracemalloc
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.lingering import ENDING, LITTLE_BYTES, Lingering
from domain.kernel.settings import Settings
from tests.api.listening import listening
from tests.world import Tenant

HEAVY_BYTES = 24_000_000
PIECE = b"x" * 65_536
CLOSE = [(b"connection", b"close"), (b"content-length", b"9")]


@pytest.fixture(scope="module")
def root(settings: Settings) -> Iterator[str]:
    with listening(settings) as found:
        yield found


async def test_a_client_that_sends_all_first_reads_that_it_is_too_much(
    root: str, tenant: Tenant
) -> None:
    token = tenant.client.headers["Authorization"]

    told = [await asyncio.to_thread(_send_all, root, token) for _ in range(5)]

    assert told == [(413, "body.too_large")] * 5


def _send_all(root: str, token: str) -> tuple[int, str]:
    wire = http.client.HTTPConnection(urlsplit(root).netloc, timeout=20)
    sent = {"Content-Type": "application/json", "Connection": "close", "Authorization": token}
    try:
        wire.request("POST", "/v1/communities", b"x" * HEAVY_BYTES, sent)
        answer = wire.getresponse()
        return answer.status, json.loads(answer.read())["code"]
    finally:
        wire.close()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("path", ["/v1/communities", "/nothing/here", "/graphql"])
def test_a_raw_socket_reads_the_answer_whole_after_all_it_sent(
    root: str, path: str, version: str
) -> None:
    place = urlsplit(root)
    with socket.create_connection((place.hostname, place.port), timeout=20) as wire:
        wire.sendall(
            f"POST {path} HTTP/{version}\r\nHost: x\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {HEAVY_BYTES}\r\n\r\n".encode()
        )
        for start in range(0, HEAVY_BYTES, len(PIECE)):
            wire.sendall(PIECE[: HEAVY_BYTES - start])
        told = b"".join(iter(lambda: wire.recv(65_536), b""))

    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 4")
    assert json.loads(body)["status"] == int(head.split()[1])


def test_the_rest_of_a_body_is_not_kept(root: str) -> None:
    tracemalloc.start()
    try:
        pieces = (PIECE for _ in range(400))
        with httpx2.Client(base_url=root, headers={"Connection": "close"}) as client:
            answer = client.post("/v1/communities", content=pieces)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert answer.status_code == 401
    assert most < len(PIECE) * 100


class Wire:
    """What a server gives an application: a body, without an end unless one is told, and a place
    for the answer."""

    def __init__(self, *, is_silent: bool = False, pieces: int | None = None) -> None:
        self.is_silent = is_silent
        self.pieces = pieces
        self.read = 0
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self.is_silent:
            await asyncio.Event().wait()
        self.read += len(PIECE)
        is_end = self.pieces is not None and self.read >= self.pieces * len(PIECE)
        return {"type": "http.request", "body": PIECE, "more_body": not is_end}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def ask(
        self, headers: list[tuple[bytes, bytes]], method: str = "POST", app: ASGIApp | None = None
    ) -> None:
        scope = {"type": "http", "method": method, "http_version": "1.1", "headers": headers}
        await (app or Lingering(refuse))(scope, self.receive, self.send)


async def refuse(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 413, "headers": []})
    await send({"type": "http.response.body", "body": b"no"})


async def test_a_body_without_an_end_is_read_up_to_a_bound() -> None:
    wire = Wire()

    await wire.ask(CLOSE, app=Lingering(refuse, most_bytes=10 * len(PIECE)))

    assert wire.read == 10 * len(PIECE)
    assert [each.get("body") for each in wire.sent] == [None, b"no", b""]
    assert [each.get("more_body", False) for each in wire.sent] == [False, True, False]


async def test_who_sends_nothing_more_is_not_waited_for_long() -> None:
    wire = Wire(is_silent=True)

    async with asyncio.timeout(5):
        await wire.ask(CLOSE, app=Lingering(refuse, quiet_s=0.01))

    assert wire.sent[-1] == {"type": "http.response.body", "body": b""}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ([(b"content-length", str(LITTLE_BYTES + 1).encode())], 10 * len(PIECE)),
        ([(b"transfer-encoding", b"chunked")], 10 * len(PIECE)),
        ([(b"content-length", str(LITTLE_BYTES).encode())], 0),
    ],
    ids=["much", "nobody knows how much", "little"],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_connection_stays_only_where_little_is_to_come(
    sent: list[tuple[bytes, bytes]], read: int, method: str
) -> None:
    wire = Wire()

    await wire.ask(sent, method, Lingering(refuse, most_bytes=10 * len(PIECE)))

    assert wire.read == read
    assert wire.sent[0]["headers"] == ([ENDING] if read else [])
    assert wire.sent[-1]["body"] == (b"" if read else b"no")


async def test_who_was_read_to_the_end_keeps_the_connection() -> None:
    wire = Wire(pieces=3)

    async def heard(_: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await refuse(_, receive, send)

    await wire.ask([(b"transfer-encoding", b"chunked")], app=Lingering(heard))

    assert wire.read == 3 * len(PIECE)
    assert wire.sent[0]["headers"] == []
    assert wire.sent[-1] == {"type": "http.response.body", "body": b"no"}


def test_a_body_without_an_end_ends_its_connection(root: str) -> None:
    place = urlsplit(root)
    with socket.create_connection((place.hostname, place.port), timeout=20) as wire:
        wire.sendall(
            f"POST /v1/communities HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            f"Content-Type: application/json\r\n\r\n{len(PIECE):x}\r\n".encode()
        )
        wire.sendall(PIECE + b"\r\n")
        # Waits for more, which never comes.
        told = b"".join(iter(lambda: wire.recv(65_536), b""))

    head = told.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 401 ")
    assert b"connection: close" in head


@pytest.mark.parametrize(
    ("headers", "method"),
    [(CLOSE[1:], "POST"), (CLOSE[:1], "POST"), (CLOSE[:1], "GET")],
    ids=["the connection stays", "no body", "a read"],
)
async def test_nothing_is_read_where_nothing_is_lost(
    headers: list[tuple[bytes, bytes]], method: str
) -> None:
    wire = Wire()

    await wire.ask(headers, method)

    assert wire.read == 0
    assert wire.sent[-1] == {"type": "http.response.body", "body": b"no"}
