import asyncio
import gzip
import logging
import zlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
import structlog
from aiohappyeyeballs import SocketFactoryType
from opentelemetry import trace
from structlog.testing import capture_logs
from structlog.typing import EventDict

from domain.connector.errors import Barred, NetworkError, OutcomeUnknown, Refused, Unavailable
from domain.connector.http import Call, FilePart, Reply
from tests.workers.loopback import Detour, cuts_off, keeps_silent, loopback, says
from workers.guard import open_socket
from workers.http import OutwardHttp

GET, POST, PUT, DELETE = "GET", "POST", "PUT", "DELETE"


def outward(
    *allow: str,
    timeout_s: float = 2.0,
    max_bytes: int = 1000,
    opener: SocketFactoryType = open_socket,
    seen: list[Reply | NetworkError] | None = None,
) -> OutwardHttp:
    async def ask(host: str, _port: int) -> Sequence[str]:
        return ["10.0.0.1"] if host.startswith("private") else ["93.184.216.34"]

    def record(_call: Call, outcome: Reply | NetworkError) -> None:
        if seen is not None:
            seen.append(outcome)

    return OutwardHttp(
        allow=allow,
        timeout_s=timeout_s,
        max_bytes=max_bytes,
        user_agent="Parvis/test",
        ask=ask,
        opener=opener,
        recorder=record,
    )


def lines(head: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in head.splitlines()[1:])
    return {name.lower(): value for name, _, value in pairs if name}


async def test_a_call_is_made_after_the_time_it_is_to_wait() -> None:
    waits, asked = list[float](), list[str]()

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        asked.append(f"{server.connections} before")

    async with (
        loopback(says(b"{}"), says(b"{}")) as server,
        OutwardHttp(
            allow=[server.root], timeout_s=2, max_bytes=10, user_agent="Parvis/test", wait=wait
        ) as http,
    ):
        await http(Call(GET, server.root, after=timedelta(seconds=90)))
        await http(Call(GET, server.root))

    assert (waits, asked) == ([90.0], ["0 before"])


async def test_an_answer_comes_whole_with_small_header_names() -> None:
    async with (
        loopback(says(b'{"a":1}', headers=[("X-Limit", "5"), ("X-Limit", "6")])) as server,
        outward(server.root) as http,
    ):
        reply = await http(Call(GET, f"{server.root}/x?a=1", query=(("b[]", "é&"),)))

    assert reply == Reply(
        200,
        {"content-length": "7", "x-limit": "5, 6"},
        b'{"a":1}',
        f"{server.root}/x?a=1&b%5B%5D=%C3%A9%26",
    )
    assert server.heads[0].startswith("GET /x?a=1&b%5B%5D=%C3%A9%26 HTTP/1.1\r\n")
    assert lines(server.heads[0])["user-agent"] == "Parvis/test"


async def test_bodies_are_sent_as_their_kind_asks() -> None:
    async with loopback(says(), says(), says(), says()) as server, outward(server.root) as http:
        await http(Call(POST, server.root, json={"ü": [1]}))
        await http(Call(POST, server.root, form=(("a", "1"), ("a", "2"))))
        await http(Call(POST, server.root, content=b"\x00", headers={"Content-Type": "x/y"}))
        part = FilePart("file", "a.png", "image/png", b"PNG")
        await http(Call(POST, server.root, form=(("alt", "é"),), files=(part,)))

    assert server.bodies[:3] == ['{"ü":[1]}'.encode(), b"a=1&a=2", b"\x00"]
    kinds = [lines(head)["content-type"] for head in server.heads]
    assert kinds[:3] == ["application/json", "application/x-www-form-urlencoded", "x/y"]
    assert kinds[3].startswith("multipart/form-data; boundary=")
    assert b'name="alt"\r\n\r\n\xc3\xa9\r\n' in server.bodies[3]
    assert b'filename="a.png"\r\nContent-Type: image/png\r\n\r\nPNG\r\n' in server.bodies[3]


async def test_a_connection_is_used_again() -> None:
    async with loopback(says(), says(), says()) as server, outward(server.root) as http:
        for _ in range(3):
            await http(Call(GET, server.root))

    assert (server.connections, len(server.heads)) == (1, 3)


async def test_cookies_of_one_call_are_not_sent_with_the_next() -> None:
    async with (
        loopback(says(headers=[("set-cookie", "id=1")]), says()) as server,
        outward(server.root) as http,
    ):
        await http(Call(GET, server.root))
        await http(Call(GET, server.root))

    assert "cookie" not in lines(server.heads[1])


async def test_a_private_address_is_refused_unless_its_exact_origin_is_listed() -> None:
    async with loopback(says()) as server, loopback(says()) as other, outward(server.root) as http:
        allowed = await http(Call(GET, server.root))
        with pytest.raises(Barred) as refusal:
            await http(Call(GET, "http://private.example/"))

    assert allowed.status == 200
    assert refusal.value.code == "outbound.address_refused"
    assert other.connections == 0


async def test_another_port_of_a_listed_host_is_not_listed() -> None:
    async with (
        loopback(says()) as server,
        loopback(says()) as other,
        OutwardHttp(
            allow=[server.root], timeout_s=2, max_bytes=10, user_agent="Parvis/test"
        ) as http,
    ):
        with pytest.raises(Barred) as refusal:
            await http(Call(GET, other.root))

    assert refusal.value.code == "outbound.address_refused"
    assert other.connections == 0


@pytest.mark.parametrize(
    "call",
    [
        Call(POST, "http://public.example/", json={}),
        Call(GET, "http://public.example/", headers={"Authorization": "Bearer x"}),
        Call(GET, "http://public.example/", headers={"X-Api-Key": "x"}),
    ],
)
async def test_nothing_secret_travels_without_tls(call: Call) -> None:
    detour = Detour(1)
    async with outward(opener=detour) as http:
        with pytest.raises(Refused) as refusal:
            await http(call)

    assert refusal.value.code == "outbound.url_refused"
    assert detour.asked == []


async def test_a_public_page_is_read_without_tls_at_the_address_that_was_vetted() -> None:
    async with loopback(says(b"feed")) as server:
        detour = Detour(server.port)
        async with outward(opener=detour) as http:
            reply = await http(Call(GET, "http://public.example/feed"))

    assert reply.body == b"feed"
    assert detour.asked == [("93.184.216.34", 80)]
    assert lines(server.heads[0])["host"] == "public.example"


async def test_redirects_are_not_followed_unless_asked_for() -> None:
    async with (
        loopback(says(status="302 Found", headers=[("location", "/b")])) as server,
        outward(server.root) as http,
    ):
        reply = await http(Call(GET, f"{server.root}/a"))

    assert (reply.status, reply.headers["location"]) == (302, "/b")
    assert len(server.heads) == 1


async def test_redirects_are_followed_as_often_as_asked_and_no_further() -> None:
    hop = says(status="302 Found", headers=[("location", "/next")])
    async with loopback(hop, hop, hop, says()) as server, outward(server.root) as http:
        reply = await http(Call(GET, f"{server.root}/a", redirects=2))

    assert (reply.status, reply.url, len(server.heads)) == (302, f"{server.root}/next", 3)


@pytest.mark.parametrize(
    ("first", "second", "moved_to"),
    [
        ("301 Moved", "308 Moved", "/2"),
        ("308 Moved", "302 Found", "/1"),
        ("307 Again", "301 Moved", None),
        ("302 Found", "303 Other", None),
    ],
)
async def test_only_redirects_for_good_say_where_an_address_is_now(
    first: str, second: str, moved_to: str | None
) -> None:
    hops = [
        says(status=status, headers=[("location", f"/{number}")])
        for number, status in enumerate((first, second), 1)
    ]
    async with loopback(*hops, says()) as server, outward(server.root) as http:
        reply = await http(Call(GET, f"{server.root}/a", redirects=5))

    assert (reply.status, reply.url) == (200, f"{server.root}/2")
    assert reply.moved_to == (moved_to and f"{server.root}{moved_to}")


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    there = [("location", "http://private.example/metadata")]
    async with loopback(says(status="301 Moved", headers=there)) as server:
        detour = Detour(server.port)
        async with outward(opener=detour) as http:
            with pytest.raises(Barred) as refusal:
                await http(Call(GET, "http://public.example/", redirects=3))

    assert refusal.value.code == "outbound.address_refused"
    assert detour.asked == [("93.184.216.34", 80)]


async def test_credentials_stay_behind_when_a_redirect_leaves_the_origin() -> None:
    async with loopback(says(), says()) as far:
        home_answers = [
            says(status="307 Again", headers=[("location", "/same")]),
            says(status="302 Found", headers=[("location", f"{far.root}/else?x=1")]),
        ]
        async with loopback(*home_answers) as home, outward(home.root, far.root) as http:
            headers = {"Authorization": "Bearer x", "Accept": "text/xml"}
            call = Call(GET, f"{home.root}/a", headers=headers, query=(("k", "v"),), redirects=5)
            reply = await http(call)

    assert reply.url == f"{far.root}/else?x=1"
    assert lines(home.heads[1])["authorization"] == "Bearer x"
    assert "authorization" not in lines(far.heads[0])
    assert lines(far.heads[0])["accept"] == "text/xml"


async def test_a_body_is_not_carried_to_another_origin() -> None:
    async with loopback(says()) as far:
        there = [("location", f"{far.root}/")]
        async with (
            loopback(says(status="308 Moved", headers=there)) as home,
            outward(home.root, far.root) as http,
        ):
            reply = await http(Call(POST, home.root, json={"a": 1}, redirects=5))

    assert (reply.status, far.connections) == (308, 0)


async def test_a_post_answered_with_303_is_read_where_it_points() -> None:
    answers = (says(status="303 See", headers=[("location", "/done")]), says(b"ok"))
    async with loopback(*answers) as server, outward(server.root) as http:
        reply = await http(Call(POST, server.root, json={"a": 1}, redirects=1))

    assert reply.body == b"ok"
    assert server.heads[1].startswith("GET /done ")
    assert server.bodies[1] == b""


async def test_a_post_whose_redirect_leads_nowhere_is_unknown() -> None:
    there = [("location", "https://private.example/")]
    async with (
        loopback(says(status="303 See", headers=there)) as server,
        outward(server.root) as http,
    ):
        with pytest.raises(OutcomeUnknown):
            await http(Call(POST, server.root, redirects=1))


@pytest.mark.parametrize("body", [b"x" * 1001, gzip.compress(b"x" * 1_000_000)])
async def test_an_answer_larger_than_the_cap_is_not_read(body: bytes) -> None:
    packed = [("content-encoding", "gzip")] if body.startswith(b"\x1f\x8b") else []
    answer = says(body, headers=packed)
    async with (
        loopback(answer, answer) as server,
        outward(server.root, max_bytes=1000 if not packed else 5000) as http,
    ):
        with pytest.raises(Refused) as refusal:
            await http(Call(GET, server.root))
        with pytest.raises(OutcomeUnknown):
            await http(Call(POST, server.root))

    assert refusal.value.code == "outbound.answer_too_large"


async def test_an_endless_answer_is_stopped_at_the_cap() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(10_000):
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()

    async with loopback(endless) as server, outward(server.root, max_bytes=50_000) as http:
        with pytest.raises(Refused) as refusal:
            await http(Call(GET, server.root))

    assert refusal.value.code == "outbound.answer_too_large"


async def test_what_endlessly_follows_a_packed_answer_is_not_kept() -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
        for piece in [gzip.compress(b"feed"), *[b"x" * 65_536] * 1000]:
            writer.write(head + b"%x\r\n" % len(piece) + piece + b"\r\n")
            await writer.drain()
            head, sent = b"", sent + len(piece)

    async with loopback(endless) as server, outward(server.root, max_bytes=50_000) as http:
        with pytest.raises(Refused) as refusal:
            await http(Call(GET, server.root))

    assert refusal.value.code == "outbound.answer_too_large"
    assert sent < 10_000_000


async def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(b"feed" * 100)
    async with (
        loopback(says(packed, headers=[("content-encoding", "gzip")])) as server,
        outward(server.root) as http,
    ):
        reply = await http(Call(GET, server.root))

    assert reply.body == b"feed" * 100
    assert "content-encoding" not in reply.headers


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"feed" * 100, mtime=0)[:-9], zlib.compress(b"feed"), b"not packed at all"],
)
async def test_a_badly_packed_answer_is_no_answer(body: bytes) -> None:
    answer = says(body, headers=[("content-encoding", "gzip")])
    async with loopback(answer, answer) as server, outward(server.root) as http:
        with pytest.raises(Unavailable):
            await http(Call(GET, server.root))
        with pytest.raises(OutcomeUnknown):
            await http(Call(POST, server.root))


async def test_a_network_that_is_not_there_got_nothing() -> None:
    async with loopback() as server:
        root = server.root
    async with outward(root) as http:
        for method in (GET, POST):
            with pytest.raises(Unavailable) as failure:
                await http(Call(method, root))
            assert failure.value.code == "outbound.unreachable"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"no HTTP at all\r\n\r\n",
    ],
)
async def test_a_cut_answer_leaves_a_post_unknown_and_a_get_undone(sent: bytes) -> None:
    async with loopback(*[cuts_off(sent)] * 4) as server, outward(server.root) as http:
        with pytest.raises(Unavailable) as failure:
            await http(Call(GET, server.root))
        for method in (POST, PUT, DELETE):
            with pytest.raises(OutcomeUnknown):
                await http(Call(method, server.root, json={"text": "once"}))

    assert failure.value.code == "outbound.cut_off"
    assert server.bodies == [b"", *[b'{"text":"once"}'] * 3]


async def test_silence_after_sending_leaves_a_post_unknown_and_a_get_undone() -> None:
    async with (
        loopback(keeps_silent, keeps_silent) as server,
        outward(server.root, timeout_s=0.1) as http,
    ):
        with pytest.raises(Unavailable) as failure:
            await http(Call(GET, server.root))
        with pytest.raises(OutcomeUnknown):
            await http(Call(POST, server.root))

    assert failure.value.code == "outbound.timed_out"
    assert len(server.heads) == 2


async def test_an_answer_that_drips_is_bounded_as_a_whole() -> None:
    async def drips(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with loopback(drips) as server, outward(server.root, timeout_s=0.3) as http:
        begun = asyncio.get_running_loop().time()
        with pytest.raises(Unavailable):
            await http(Call(GET, server.root))

        assert asyncio.get_running_loop().time() - begun < 1


async def test_a_header_that_would_smuggle_another_is_refused_unsent() -> None:
    async with loopback(says()) as server, outward(server.root) as http:
        with pytest.raises(Refused) as refusal:
            await http(Call(POST, server.root, headers={"x": "a\r\nb: c"}))

    assert refusal.value.code == "outbound.url_refused"
    assert server.heads == []


@pytest.fixture
def every_log() -> Iterator[list[EventDict]]:
    """All that is logged, whatever level earlier tests set."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as logs:
        yield logs
    structlog.configure(**before)


async def test_a_log_line_holds_no_secret(every_log: list[EventDict]) -> None:
    async with loopback(says(), says()) as server, outward(server.root) as http:
        await http(
            Call(
                GET,
                f"{server.root}/bot123:hidden/send?token=hidden",
                headers={"Authorization": "Bearer hidden"},
                query=(("key", "hidden"),),
            )
        )

    assert [(line["event"], line["url"], line["status"]) for line in every_log] == [
        ("outward.call", f"{server.root}/…/send?…", 200)
    ]
    assert "hidden" not in str(every_log)


async def test_only_listed_origins_learn_the_trace() -> None:
    context = trace.SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=trace.TraceFlags(1))
    span = trace.NonRecordingSpan(context)
    async with loopback(says()) as server, loopback(says()) as elsewhere:
        with trace.use_span(span):
            async with outward(server.root, opener=Detour(server.port)) as http:
                await http(Call(GET, server.root))
            async with outward(opener=Detour(elsewhere.port)) as http:
                await http(Call(GET, "http://public.example/"))

    assert lines(server.heads[0])["traceparent"].split("-")[1] == f"{0xABC:032x}"
    assert "traceparent" not in lines(elsewhere.heads[0])


async def test_every_outcome_is_recorded() -> None:
    seen: list[Reply | NetworkError] = []
    async with loopback(says(b"ok"), cuts_off()) as server, outward(server.root, seen=seen) as http:
        await http(Call(GET, server.root))
        with pytest.raises(OutcomeUnknown):
            await http(Call(POST, server.root))

    assert [type(outcome) for outcome in seen] == [Reply, OutcomeUnknown]
