import socket
from collections.abc import Sequence

import pytest

from domain.connector.errors import Barred, Refused, Unavailable
from tests.workers.loopback import Detour
from workers.guard import PublicResolver, address_of, is_public, only_public, origin_of


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104  an address to refuse
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.9",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "3fff::1",
        "fc00::1",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_of_the_internet_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTPS://Example.org/path", "https://example.org:443"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("http://exämple.org", "http://xn--exmple-cua.org:80"),
    ],
)
def test_an_origin_is_written_one_way(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "http:///nowhere",
        "https://me:secret@example.org/",
        "http://127.0.0.1:8000\\@example.org/",
        "http://example.org:99999/",
        "example.org",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        origin_of(url)

    assert refusal.value.code == "outbound.url_refused"


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("http://a.example/x%2fy?u=a%2Fb+c&z=[1]", "http://a.example/x%2fy?u=a%2Fb+c&z=[1]"),
        ("http://a.example/é à?q=é", "http://a.example/%C3%A9%20%C3%A0?q=%C3%A9"),
    ],
)
def test_an_address_that_is_written_as_it_should_be_stays_letter_by_letter(
    url: str, called: str
) -> None:
    assert str(address_of(url)) == called


async def test_a_host_of_public_addresses_has_them_in_their_order() -> None:
    async def both(_host: str, _port: int) -> Sequence[str]:
        return ["2606:4700::1111", "93.184.216.34"]

    found = await PublicResolver(both).resolve("two.example", 443)

    assert [(each["host"], each["port"], each["family"]) for each in found] == [
        ("2606:4700::1111", 443, socket.AF_INET6),
        ("93.184.216.34", 443, socket.AF_INET),
    ]


async def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    async def mixed(_host: str, _port: int) -> Sequence[str]:
        return ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(Barred) as refusal:
        await PublicResolver(mixed).resolve("mixed.example", 443)

    assert refusal.value.code == "outbound.address_refused"


async def test_a_name_that_does_not_resolve_is_unavailable() -> None:
    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(Unavailable) as failure:
        await PublicResolver(unknown).resolve("nowhere.example", 443)

    assert failure.value.code == "outbound.unreachable"


def test_no_socket_is_opened_to_a_private_address() -> None:
    detour = Detour(1)
    opener = only_public(detour)
    with pytest.raises(Barred) as refusal:
        opener((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 443)))
    opener((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.216.34", 443))).close()

    assert refusal.value.code == "outbound.address_refused"
    assert detour.asked == [("93.184.216.34", 443)]
