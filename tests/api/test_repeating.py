"""What is asked again word for word is answered as it was, for as long as it is still true."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest

from api.answer import Headers
from api.repeating import Repeating
from domain.kernel.settings import Settings
from tests.api.awaiting import AWAITED, until_awaited, versions_locked
from tests.api.listening import listening
from tests.world import Tenant

LIVE = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
COMMUNITY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
REMEMBERED_S = 1.0
SHARED_S = 0.4
MANY = 1000
OWN_TO_EACH = {"date", "x-request-id", "ratelimit"}
CUT = AWAITED.replace("count(*)", "count(pg_terminate_backend(pid))")


class Counting(Repeating):
    """Counts what was answered without being read."""

    count = 0

    def repeat(self, headers: Headers) -> None:
        Counting.count += 1
        super().repeat(headers)


class Hasty(Counting):
    quiet_s = 0.5
    looks_every_s = 0.05


class Narrow(Counting):
    """A few answers fill it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        transport.set_write_buffer_limits(high=1000)


class Ending(Counting):
    has_ended = threading.Event()

    def shutdown(self) -> None:
        super().shutdown()
        self.has_ended.set()


class Hearing(Counting):
    has_heard_all = threading.Event()

    def eof_received(self) -> bool:  # type: ignore[override]  # as the wire's
        stays = super().eof_received()
        self.has_heard_all.set()
        return stays


class Told(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """One connection to the api, by the byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def to(cls, root: str) -> AsyncIterator[Self]:
        place = urlsplit(root)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            yield cls(reader, writer)
        finally:
            writer.close()

    async def ask(self, *pieces: bytes) -> Told:
        for piece in pieces:
            self.writer.write(piece)
            await asyncio.sleep(0.02 if len(pieces) > 1 else 0)
        return await self.hear()

    async def hear(self) -> Told:
        async with asyncio.timeout(20):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if line)
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return Told(int(head[0].split()[1]), headers, body)

    async def is_closed(self) -> bool:
        async with asyncio.timeout(20):
            return await self._reader.read() == b""


@pytest.fixture(scope="module")
def remembering(settings: Settings) -> Settings:
    return settings.model_copy(update={"token_cache_s": REMEMBERED_S, "metrics_port": 0})


@pytest.fixture(scope="module")
def root(remembering: Settings) -> Iterator[str]:
    with listening(remembering, Counting) as found:
        yield found


@pytest.fixture
async def question(tenant: Tenant) -> bytes:
    """The inbox, by somebody who has it already."""
    tag = (await tenant.client.get("/v1/mentions")).headers["etag"]
    return question_of(tenant, tag)


def question_of(tenant: Tenant, tag: str, *more: str) -> bytes:
    lines = [
        "GET /v1/mentions HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {tenant.token}",
        f"If-None-Match: {tag}",
        *more,
        "\r\n",
    ]
    return "\r\n".join(lines).encode()


async def asked(line: Line, question: bytes, times: int) -> list[Told]:
    return [await line.ask(question) for _ in range(times)]


async def test_what_is_asked_again_is_not_read_again(root: str, question: bytes) -> None:
    before = Counting.count
    async with Line.to(root) as line:
        told = await asked(line, question, 4)

    first, *others = (
        {n: v for n, v in each.headers.items() if n not in OWN_TO_EACH} for each in told
    )
    assert [each.status for each in told] == [304] * 4
    assert others == [first] * 3
    assert Counting.count == before + 3


async def test_each_answer_is_counted_and_has_an_id_of_its_own(root: str, question: bytes) -> None:
    async with Line.to(root) as line:
        await asked(line, question, 2)
        # until what other processes counted has come from Valkey
        await asyncio.sleep(SHARED_S)
        told = await asked(line, question, 4)

    left = [int(each.headers["ratelimit"].split("r=")[1].split(";")[0]) for each in told]
    assert left == [left[0] - number for number in range(4)]
    assert len({each.headers["x-request-id"] for each in told}) == 4


async def test_another_connection_may_ask_it_too(root: str, question: bytes) -> None:
    async with Line.to(root) as line, Line.to(root) as other:
        await asked(line, question, 1)
        await other.ask(LIVE)
        before = Counting.count
        told = await other.ask(question)

    assert (told.status, Counting.count) == (304, before + 1)


async def test_a_change_is_seen_by_the_next_question(
    root: str, tenant: Tenant, question: bytes
) -> None:
    async with Line.to(root) as line:
        await asked(line, question, 3)
        made = await tenant.client.post("/v1/communities", json=COMMUNITY)
        before = Counting.count
        told = await line.ask(question)
        again = await line.ask(question_of(tenant, told.headers["etag"]))

    assert made.status_code == 201
    assert (told.status, told.body[:8], again.status) == (200, b'{"data":', 304)
    assert Counting.count == before


async def test_a_change_by_the_same_process_is_seen_however_long_versions_are_kept(
    remembering: Settings, tenant: Tenant, question: bytes
) -> None:
    keeping = remembering.model_copy(update={"version_cache_s": 1.0})
    with listening(keeping, Counting) as root:
        async with Line.to(root) as line, httpx2.AsyncClient(base_url=root) as client:
            before = await asked(line, question, 3)
            auth = {"Authorization": f"Bearer {tenant.token}"}
            made = await client.post("/v1/communities", json=COMMUNITY, headers=auth)
            told = await line.ask(question)

    assert [each.status for each in before] == [304] * 3
    assert (made.status_code, told.status) == (201, 200)


async def test_a_token_that_is_revoked_is_refused(
    root: str, tenant: Tenant, question: bytes
) -> None:
    async with Line.to(root) as line:
        await asked(line, question, 3)
        mine = (await tenant.client.get("/v1/tokens")).json()["data"]
        for each in mine:
            await tenant.client.delete(f"/v1/tokens/{each['id']}")
        await asyncio.sleep(REMEMBERED_S + 0.1)
        told = await line.ask(question)

    assert told.status == 401


async def test_who_has_asked_too_much_is_told_so(remembering: Settings, question: bytes) -> None:
    tight = remembering.model_copy(update={"limit_token_per_min": 10})
    with listening(tight, Counting) as root:
        async with Line.to(root) as line:
            await asked(line, question, 2)
            await asyncio.sleep(SHARED_S)
            told = await asked(line, question, 10)

    # One was counted as the tag was read.
    assert [each.status for each in told] == [304] * 7 + [429] * 3


async def test_a_question_with_an_id_keeps_it(root: str, tenant: Tenant) -> None:
    tag = (await tenant.client.get("/v1/mentions")).headers["etag"]
    named = question_of(tenant, tag, "X-Request-Id: mine-12345")
    async with Line.to(root) as line:
        told = await asked(line, named, 3)

    assert {each.headers["x-request-id"] for each in told} == {"mine-12345"}


async def test_what_comes_behind_is_answered_in_its_turn(root: str, question: bytes) -> None:
    async with Line.to(root) as line:
        await asked(line, question, 2)
        told = [await line.ask(question, LIVE, question), await line.hear(), await line.hear()]
        line.writer.write(question * 3 + LIVE)
        told += [await line.hear() for _ in range(4)]

    assert [each.status for each in told] == [304, 200, 304, 304, 304, 304, 200]


async def test_what_comes_in_pieces_is_read(root: str, question: bytes) -> None:
    async with Line.to(root) as line:
        await asked(line, question, 2)
        before = Counting.count
        told = [await line.ask(question[:30], question[30:]), await line.ask(question)]

    assert [each.status for each in told] == [304, 304]
    assert Counting.count == before + 1


async def test_a_head_whose_body_is_to_come_is_no_whole_question(root: str, tenant: Tenant) -> None:
    tag = (await tenant.client.get("/v1/mentions")).headers["etag"]
    head, before = question_of(tenant, tag, "Content-Length: 5"), Counting.count
    async with Line.to(root) as line:
        told = [
            await line.ask(head, b"12345"),
            await line.ask(head, b"12345"),
            await line.ask(LIVE),
        ]

    assert ([each.status for each in told], Counting.count) == ([304, 304, 200], before)


async def test_who_asks_again_and_says_no_more_is_answered(root: str, question: bytes) -> None:
    async with Line.to(root) as line:
        await asked(line, question, 2)
        line.writer.write(question)
        line.writer.write_eof()
        told = await line.hear()

        assert (told.status, await line.is_closed()) == (304, True)


async def test_a_connection_that_is_to_end_ends(root: str, tenant: Tenant) -> None:
    tag = (await tenant.client.get("/v1/mentions")).headers["etag"]
    last, before = question_of(tenant, tag, "Connection: close"), Counting.count
    for _ in range(2):
        async with Line.to(root) as line:
            await line.ask(LIVE)

            assert ((await line.ask(last)).status, await line.is_closed()) == (304, True)
    assert Counting.count == before


async def test_behind_a_proxy_it_is_the_client_who_asks_again(
    remembering: Settings, tenant: Tenant
) -> None:
    tag = (await tenant.client.get("/v1/mentions")).headers["etag"]
    ours = question_of(tenant, tag, "X-Forwarded-For: 203.0.113.7")
    theirs = question_of(tenant, tag, "X-Forwarded-For: 203.0.113.8")
    behind = remembering.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    with listening(behind, Counting) as root:
        before = Counting.count
        async with Line.to(root) as line:
            told = [*await asked(line, ours, 2), *await asked(line, theirs, 2)]

    assert ([each.status for each in told], Counting.count) == ([304] * 4, before + 2)


async def test_who_only_asks_again_stays_connected_and_is_let_go_when_silent(
    remembering: Settings, question: bytes
) -> None:
    with listening(remembering, Hasty, keep_alive_s=1) as root:
        async with Line.to(root) as line:
            for _ in range(8):
                told = await line.ask(question)
                await asyncio.sleep(0.2)

            assert (told.status, await line.is_closed()) == (304, True)


@asynccontextmanager
async def held_back(admin: asyncpg.Connection, line: Line, question: bytes) -> AsyncIterator[None]:
    """The version of the workspace, while it is awaited for this question."""
    await line.ask(question)
    async with versions_locked(admin), asyncio.timeout(20):
        line.writer.write(question)
        await until_awaited(admin)
        yield


async def test_what_comes_while_the_version_is_awaited_is_answered_behind_it(
    root: str, admin: asyncpg.Connection, question: bytes
) -> None:
    async with Line.to(root) as line:
        await line.ask(LIVE)
        before = Counting.count
        async with held_back(admin, line, question):
            line.writer.write(LIVE + question[:30])
        told = [await line.hear(), await line.ask(question[30:]), await line.hear()]

    assert [each.status for each in told] == [304, 200, 304]
    assert Counting.count == before + 1


async def test_a_version_that_is_cut_off_is_a_problem_of_its_own(
    root: str, admin: asyncpg.Connection, question: bytes
) -> None:
    async with Line.to(root) as line:
        async with held_back(admin, line, question):
            hearing = asyncio.create_task(line.hear())
            while not hearing.done():
                await admin.execute("SELECT pg_stat_clear_snapshot()")
                await admin.execute(CUT)
        told, again = await hearing, await line.ask(question)

    assert (told.status, told.headers["retry-after"]) == (503, "1")
    assert b'"dependency.away"' in told.body
    assert again.status == 304


async def test_an_api_that_stops_answers_what_it_was_asked_before(
    remembering: Settings, admin: asyncpg.Connection, question: bytes
) -> None:
    """What came behind the question was done, and nobody was told of it."""
    served = listening(remembering, Ending)
    async with Line.to(served.__enter__()) as line:
        async with held_back(admin, line, question):
            line.writer.write(LIVE)
            stopping = asyncio.create_task(asyncio.to_thread(served.__exit__, None, None, None))
            await asyncio.to_thread(Ending.has_ended.wait, 20)
        told = [await line.hear(), await line.hear()]

        assert [each.status for each in told] == [304, 200]
        assert [each.headers.get("connection") for each in told] == [None, "close"]
        assert await line.is_closed()
    await stopping


async def test_who_says_no_more_is_told_that_it_ends(
    remembering: Settings, admin: asyncpg.Connection, question: bytes
) -> None:
    with listening(remembering, Hearing) as root:
        async with Line.to(root) as line:
            await line.ask(LIVE)
            async with held_back(admin, line, question):
                line.writer.write_eof()
                await asyncio.to_thread(Hearing.has_heard_all.wait, 20)

            assert (await line.hear()).headers["connection"] == "close"


async def test_what_nobody_takes_in_is_not_answered_on_and_on(
    remembering: Settings, question: bytes
) -> None:
    """Each was written to a buffer that had no bounds."""
    patient = remembering.model_copy(update={"token_cache_s": 60, "limit_token_per_min": 0})
    with listening(patient, Narrow) as root, deaf(root) as wire:
        for each in (LIVE, question):
            wire.sendall(each)
            wire.recv(65_536)
        sent = next((sent for sent in range(MANY) if not is_repeated(wire, question)), MANY)
        told = b""
        while told.count(b"HTTP/1.1 304") <= sent and (more := wire.recv(65_536)):
            told += more

    assert sent < MANY
    assert told.count(b"HTTP/1.1 304") == sent + 1


def deaf(root: str) -> socket.socket:
    """A client who takes in little."""
    place, wire = urlsplit(root), socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.settimeout(20)
    wire.connect((place.hostname, place.port))
    return wire


def is_repeated(wire: socket.socket, question: bytes) -> bool:
    """Whether it is answered without being read."""
    before, ends_at = Counting.count, time.monotonic() + 0.5
    wire.sendall(question)
    while Counting.count == before and time.monotonic() < ends_at:
        time.sleep(0.001)
    return Counting.count > before
