"""What a hostile server or a crafty address may try on the one way out."""

import asyncio
from collections.abc import Sequence

import pytest
from aiohappyeyeballs import SocketFactoryType

from domain.connector.errors import Barred, OutcomeUnknown, Refused, Unavailable
from domain.connector.http import Call
from tests.workers.loopback import Detour, loopback, says
from workers.guard import open_socket
from workers.http import OutwardHttp

GET, POST = "GET", "POST"


async def public(_host: str, _port: int) -> Sequence[str]:
    return ["93.184.216.34"]


def outward(*allow: str, opener: SocketFactoryType = open_socket) -> OutwardHttp:
    return OutwardHttp(
        allow=allow,
        timeout_s=5,
        max_bytes=100_000,
        user_agent="Parvis/test",
        ask=public,
        opener=opener,
    )


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001"),
        *("0", "0.0.0.0", "localhost", "LOCALHOST"),  # noqa: S104  addresses to refuse
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"),
        *("[0:0:0:0:0:0:0:1]", "[fe80::1]", "[2002:7f00:1::]"),
    ],
)
async def test_no_spelling_of_this_machine_is_let_through(host: str) -> None:
    async with (
        loopback(says(b"secret")) as server,
        OutwardHttp(allow=[], timeout_s=5, max_bytes=100, user_agent="Parvis/test") as http,
    ):
        with pytest.raises((Barred, Refused, Unavailable)) as refusal:
            await http(Call(GET, f"http://{host}:{server.port}/"))

    refusals = {"outbound.address_refused", "outbound.url_refused", "outbound.unreachable"}
    assert refusal.value.code in refusals
    assert server.connections == 0


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("127.0.0.1", "outbound.address_refused"),
        ("[::1]", "outbound.address_refused"),
        ("0x7f.1", "outbound.address_refused"),
        ("127.1", "outbound.url_refused"),
        ("2130706433", "outbound.url_refused"),
        ("0", "outbound.url_refused"),
    ],
)
async def test_a_number_that_means_this_machine_is_refused_by_name(host: str, code: str) -> None:
    async with OutwardHttp(allow=[], timeout_s=5, max_bytes=100, user_agent="Parvis/test") as http:
        with pytest.raises((Barred, Refused)) as refusal:
            await http(Call(GET, f"https://{host}/"))

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "url",
    [
        *("http://[bad/", "http://a.example:b/", "http://a.example:0/", "//a.example/", ""),
        *("http://me@a.example/", "http://a.example@127.0.0.1/", "gopher://a.example/"),
        *("http://①②⑦.⓪.⓪.①/", "http://a.example/\r\nx: y", "http://a\tb.example/"),
    ],
)
async def test_an_address_that_is_none_is_refused_and_nothing_sent(url: str) -> None:
    detour = Detour(1)
    async with outward(opener=detour) as http:
        with pytest.raises((Barred, Refused, Unavailable)) as refusal:
            await http(Call(GET, url))

    refusals = {"outbound.url_refused", "outbound.address_refused", "outbound.unreachable"}
    assert refusal.value.code in refusals
    assert all(host == "93.184.216.34" for host, _ in detour.asked)


@pytest.mark.parametrize(
    "target",
    [
        *("http://[bad", "//[x", "http://a:b:c/", "javascript:alert(1)"),
        *("https://me:pw@public.example/", "file:///etc/passwd", "http://public.example:0/"),
    ],
)
async def test_a_redirect_to_no_address_is_refused(target: str) -> None:
    hop = says(status="302 Found", headers=[("location", target)])
    async with loopback(hop) as server, outward(server.root) as http:
        with pytest.raises(Refused) as refusal:
            await http(Call(GET, server.root, redirects=3))

    assert refusal.value.code == "outbound.url_refused"
    assert len(server.heads) == 1


async def test_a_write_that_is_pointed_to_no_address_has_an_unknown_outcome() -> None:
    hop = says(status="308 Moved", headers=[("location", "http://[bad")])
    async with loopback(hop) as server, outward(server.root) as http:
        with pytest.raises(OutcomeUnknown):
            await http(Call(POST, server.root, json={}, redirects=1))


async def test_a_redirect_by_a_crafty_number_is_refused_like_any_private_address() -> None:
    async def as_the_system_does(host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"] if host == "0x7f.1" else ["93.184.216.34"]

    hop = says(status="302 Found", headers=[("location", "http://0x7f.1/")])
    async with loopback(hop) as server:
        detour = Detour(server.port)
        async with OutwardHttp(
            allow=[],
            timeout_s=5,
            max_bytes=100,
            user_agent="Parvis/test",
            ask=as_the_system_does,
            opener=detour,
        ) as http:
            with pytest.raises(Barred) as refusal:
                await http(Call(GET, "http://public.example/", redirects=1))

    assert refusal.value.code == "outbound.address_refused"
    assert detour.asked == [("93.184.216.34", 80)]


async def test_a_servers_own_letters_go_back_to_it_as_they_came() -> None:
    answer = says(headers=[("ETag", '"é…"')])
    async with loopback(answer, says()) as server, outward(server.root) as http:
        first = await http(Call(GET, server.root))
        await http(Call(GET, server.root, headers={"if-none-match": first.headers["etag"]}))

    assert first.headers["etag"] == '"é…"'
    assert 'if-none-match: "é…"\r\n'.encode() in server.heads[1].encode("latin-1")


async def test_a_header_in_no_known_letters_is_read_all_the_same() -> None:
    async def old(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-name: \xe9t\xe9\r\n\r\n")

    async with loopback(old) as server, outward(server.root) as http:
        reply = await http(Call(GET, server.root))

    assert reply.headers["x-name"] == "été"


@pytest.mark.parametrize("value", ["a\nb", "a\r\nb: c", "a\x00b"])
async def test_a_header_that_cannot_be_written_is_refused_unsent(value: str) -> None:
    async with loopback(says()) as server, outward(server.root) as http:
        with pytest.raises(Refused) as refusal:
            await http(Call(GET, server.root, headers={"if-none-match": value}))

    assert refusal.value.code == "outbound.url_refused"
    assert server.heads == []


@pytest.mark.parametrize(
    "call",
    [
        Call(POST, "http://127.0.0.1:1/", json={"text": "\ud800"}),
        Call(POST, "http://127.0.0.1:1/", form=(("text", "\ud800"),)),
        Call(GET, "http://127.0.0.1:1/", query=(("text", "\ud800"),)),
    ],
)
async def test_half_a_letter_is_refused_unsent(call: Call) -> None:
    async with outward("http://127.0.0.1:1") as http:
        with pytest.raises(Refused) as refusal:
            await http(call)

    assert refusal.value.code == "outbound.url_refused"
