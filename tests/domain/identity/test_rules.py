"""Which addresses may be registered, which may be asked for, and where keys may be used."""

import pytest

from domain.identity.rules import (
    may_come_from,
    network_fault,
    origin_fault,
    redirect_fault,
    redirects_to,
)

FIT = (
    "https://desk.example.ch/callback",
    "https://desk.example.ch:8443/callback?from=parvis",
    "http://127.0.0.1/callback",
    "http://[::1]:9000/callback",
)
UNFIT = (
    "http://desk.example.ch/callback",
    "http://localhost/callback",
    "https://desk.example.ch/callback#here",
    "https://desk.example.ch/callback#",
    "https://desk.example.ch@evil.example/callback",
    "https://user:word@desk.example.ch/callback",
    "https://desk.example.ch/../evil",
    "https://desk.example.ch/a/%2E%2e/evil",
    "https://desk.example.ch\\@evil.example/",
    "https://Desk.example.ch/callback",
    "HTTPS://desk.example.ch/callback",
    "https://desk.example.ch:99999/callback",
    "https://*.example.ch/callback",
    "https:///callback",
    "https://desk.example.ch/call back",
    "https://desk.example.ch/\r\nSet-Cookie: a=b",
    "https://désk.example.ch/callback",
    "//desk.example.ch/callback",
    "/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    "desk:/callback",
    "",
)


@pytest.mark.parametrize("uri", FIT)
def test_whole_address_may_be_registered(uri: str) -> None:
    assert redirect_fault(uri, is_test=False, is_confidential=True) is None


@pytest.mark.parametrize("uri", UNFIT)
def test_tricky_address_is_refused(uri: str) -> None:
    assert redirect_fault(uri, is_test=False, is_confidential=False) is not None


def test_localhost_is_for_tests_and_schemes_of_their_own_for_public_applications() -> None:
    local, own = "http://localhost:3000/callback", "ch.example.desk:/callback"

    assert redirect_fault(local, is_test=True, is_confidential=True) is None
    assert redirect_fault(local, is_test=False, is_confidential=True) is not None
    assert redirect_fault(own, is_test=False, is_confidential=False) is None
    assert redirect_fault(own, is_test=False, is_confidential=True) is not None
    assert redirect_fault("ch.example.desk:/../x", is_test=False, is_confidential=False)


@pytest.mark.parametrize(
    "asked",
    [
        "https://desk.example.ch/callback/",
        "https://desk.example.ch/callback?x=1",
        "https://desk.example.ch/Callback",
        "https://desk.example.ch/%63allback",
        "https://desk.example.ch:443/callback",
        "https://desk.example.ch.evil.example/callback",
        "https://evil.desk.example.ch/callback",
        "https://desk.example.ch@evil.example/callback",
        "https://desk.example.ch/callback#x",
        "https://desk.example.ch/callback/../evil",
        "http://desk.example.ch/callback",
        " https://desk.example.ch/callback",
    ],
)
def test_only_the_same_letters_lead_back(asked: str) -> None:
    assert redirects_to("https://desk.example.ch/callback", "https://desk.example.ch/callback")
    assert not redirects_to(asked, "https://desk.example.ch/callback")


def test_port_of_a_loopback_address_is_free_and_nothing_else() -> None:
    registered = "http://127.0.0.1/callback"

    assert redirects_to("http://127.0.0.1:51004/callback", registered)
    assert redirects_to("http://[::1]:51004/cb", "http://[::1]:1/cb")
    for asked in (
        "http://127.0.0.1:51004/other",
        "http://[::1]:51004/callback",
        "http://localhost:51004/callback",
        "http://127.0.0.1:51004@evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "https://127.0.0.1:51004/callback",
    ):
        assert not redirects_to(asked, registered)


@pytest.mark.parametrize(
    ("origin", "is_fit"),
    [
        ("https://app.example.ch", True),
        ("https://app.example.ch:8443", True),
        ("http://localhost:3000", True),
        ("http://app.example.ch", False),
        ("https://app.example.ch:443", False),
        ("https://app.example.ch/", False),
        ("https://App.example.ch", False),
        ("https://user@app.example.ch", False),
        ("https://*.example.ch", False),
        ("null", False),
        ("*", False),
    ],
)
def test_origin_is_what_browsers_send(origin: str, *, is_fit: bool) -> None:
    assert (origin_fault(origin) is None) is is_fit


def test_key_is_used_from_its_ranges_alone() -> None:
    ranges = ("192.0.2.0/24", "2001:db8::/32")

    assert may_come_from("192.0.2.17", ranges)
    assert may_come_from("::ffff:192.0.2.17", ranges)
    assert may_come_from("2001:db8::1", ranges)
    assert may_come_from("198.51.100.1", None)
    assert not may_come_from("198.51.100.1", ranges)
    assert not may_come_from("2001:db9::1", ranges)
    assert not may_come_from(None, ranges)
    assert not may_come_from("unix", ranges)


def test_range_has_no_bits_behind_its_length() -> None:
    assert network_fault("192.0.2.0/24") is None
    assert network_fault("192.0.2.7") is None
    assert network_fault("192.0.2.7/24") is not None
    assert network_fault("example.ch") is not None
