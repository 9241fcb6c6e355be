"""A refusal is read by clients that close the connection and send their whole body first."""

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

from api.lingering import Lingering
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
    """What a server gives an application: a body that never ends, and a place for the answer."""

    def __init__(self, *, is_silent: bool = False) -> None:
        self.is_silent = is_silent
        self.read = 0
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if self.is_silent:
            await asyncio.Event().wait()
        self.read += len(PIECE)
        return {"type": "http.request", "body": PIECE, "more_body": True}

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
    ("headers", "method"),
    [(CLOSE[1:], "POST"), (CLOSE[:1], "POST"), (CLOSE, "GET")],
    ids=["the connection stays", "no body", "a read"],
)
async def test_nothing_is_read_where_nothing_is_lost(
    headers: list[tuple[bytes, bytes]], method: str
) -> None:
    wire = Wire()

    await wire.ask(headers, method)

    assert wire.read == 0
    assert wire.sent[-1] == {"type": "http.response.body", "body": b"no"}
