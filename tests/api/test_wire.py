"""Clients that send no end of a request, or nothing at all, end alone."""

import json
import resource
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from api.repeating import Repeating
from api.wire import HEAD_MAX_BYTES, take_descriptors
from domain.kernel.settings import Settings
from tests.api.listening import listening

PIECE = b"a" * 65_536
PIECES = 100
GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
CHUNKED = b"POST /v1/communities HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


class Hasty(Repeating):
    head_within_s = 0.3
    quiet_s = 0.3
    looks_every_s = 0.05


@pytest.fixture(scope="module")
def root(settings: Settings) -> Iterator[str]:
    with listening(settings) as found:
        yield found


@pytest.fixture(scope="module")
def hasty(settings: Settings) -> Iterator[str]:
    with listening(settings, Hasty) as found:
        yield found


def connect(root: str) -> socket.socket:
    place = urlsplit(root)
    return socket.create_connection((place.hostname, place.port), timeout=20)


def is_taken(wire: socket.socket, piece: bytes) -> bool:
    """Whether the server takes this and waits for more."""
    wire.settimeout(0.05)
    try:
        wire.sendall(piece)
        return bool(wire.recv(1))
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def told(wire: socket.socket) -> tuple[int, str]:
    """The status and code of the only answer."""
    said = b"".join(iter(lambda: wire.recv(65_536), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"]


@pytest.mark.parametrize(
    "start",
    [
        GET + b"X-Long: ",
        b"GET /livez?q=",
        CHUNKED + b"2;extension=",
        CHUNKED + b"0\r\nX-Trailer: ",
    ],
    ids=["header", "address", "chunk extension", "trailer"],
)
def test_a_head_without_an_end_is_cut_off(root: str, start: bytes) -> None:
    with connect(root) as wire:
        wire.sendall(start)
        sent = next((sent for sent in range(PIECES) if not is_taken(wire, PIECE)), PIECES)

    assert sent < PIECES


def test_a_head_that_is_too_large_is_refused_by_a_problem(root: str) -> None:
    with connect(root) as wire:
        wire.sendall(GET + b"X-Long: " + b"a" * HEAD_MAX_BYTES + b"\r\n\r\n")

        assert told(wire) == (431, "head.too_large")


def test_a_large_head_within_the_bound_is_answered(root: str) -> None:
    with connect(root) as wire:
        wire.sendall(GET + b"X-Long: " + b"a" * (HEAD_MAX_BYTES - 100) + b"\r\n\r\n")

        assert wire.recv(12) == b"HTTP/1.1 200"


def test_what_is_not_http_is_refused_by_a_problem(root: str) -> None:
    with connect(root) as wire:
        wire.sendall(b"HELLO\r\n\r\n")

        assert told(wire) == (400, "head.malformed")


def test_a_trailer_is_no_header(root: str) -> None:
    body = b'{"name": "V", "slug": "v", "time_zone": "UTC"}'
    with connect(root) as wire:
        wire.sendall(CHUNKED.replace(b"Host", b"Connection: close\r\nHost"))
        wire.sendall(b"%x\r\n%b\r\n0\r\nX-Request-Id: of-a-trailer\r\n\r\n" % (len(body), body))
        said = b"".join(iter(lambda: wire.recv(65_536), b""))

    assert said.startswith(b"HTTP/1.1 401")
    assert b"of-a-trailer" not in said


@pytest.mark.parametrize(
    "start",
    [b"", GET, CHUNKED, CHUNKED + b"5\r\nab", GET + b"\r\n", GET + b"\r\n\r\n"],
    ids=["nothing", "head", "no body", "half a body", "no second request", "an empty line"],
)
def test_a_silent_client_is_let_go(hasty: str, start: bytes) -> None:
    with connect(hasty) as wire:
        wire.sendall(start)
        wire.settimeout(10)

        assert isinstance(b"".join(iter(lambda: wire.recv(65_536), b"")), bytes)


def test_who_asks_and_says_no_more_is_answered(root: str) -> None:
    """As `nc -N` does: its request was taken for one whose client had hung up."""
    with connect(root) as wire:
        wire.sendall(GET.replace(b"/livez", b"/readyz") + b"\r\n")
        wire.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: wire.recv(65_536), b""))

    assert said.startswith(b"HTTP/1.1 200")


def test_who_says_no_more_in_the_middle_of_a_request_is_let_go(root: str) -> None:
    with connect(root) as wire:
        wire.sendall(GET)
        wire.shutdown(socket.SHUT_WR)

        assert wire.recv(1) == b""


def test_a_head_that_drips_is_cut_off(hasty: str) -> None:
    with connect(hasty) as wire:
        wire.sendall(GET)
        drops = next(drops for drops in range(200) if not is_taken(wire, b"X: y\r\n"))

    assert drops > 1


def test_an_api_has_descriptors_for_many_connections() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, before[1]), before[1]))
    try:
        take_descriptors()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert (soft, hard) == (min(65_536, before[1]), before[1])
