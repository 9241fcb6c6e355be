"""Addresses at which networks fetch files: of one file, for a day, where anybody can reach them."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from domain.kernel.errors import NotFound
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing
from domain.media.addresses import LASTS, address_of, addressed

NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
ROOT = "https://parvis.example"


def ring(*names: str) -> KeyRing:
    return KeyRing({name: name.encode() * 32 for name in names})


def test_address_names_its_file_for_a_day_and_tells_nobody_which() -> None:
    keys, workspace_id, media_id = ring("a"), new_id(), new_id()

    address = address_of(ROOT, keys, workspace_id, media_id, now=NOW)

    assert address is not None
    root, _, token = address.rpartition("/")
    assert root == f"{ROOT}/files"
    assert media_id.hex not in address
    until = NOW + LASTS - timedelta(seconds=1)
    assert addressed(token, keys, now=until) == (workspace_id, media_id)
    with pytest.raises(NotFound):
        addressed(token, keys, now=NOW + LASTS)


def test_address_outlives_a_rotation_and_opens_under_no_other_ring() -> None:
    address = address_of(ROOT, ring("a"), new_id(), new_id(), now=NOW) or ""
    token = address.rpartition("/")[2]

    assert addressed(token, ring("b", "a"), now=NOW)
    for strange in (token[:-1], f"x{token}", "", "é", "_", b64encode(b"\x01\x01a").decode()):
        with pytest.raises(NotFound):
            addressed(strange, ring("b", "a"), now=NOW)
    with pytest.raises(NotFound):
        addressed(token, ring("b"), now=NOW)


def test_what_is_sealed_for_another_place_is_no_address() -> None:
    keys = ring("a")
    sealed = keys.seal(bytes(40), place="accounts.sealed_grant/1")
    with pytest.raises(NotFound):
        addressed(b64encode(sealed).decode(), keys, now=NOW)


@pytest.mark.parametrize(
    "public_url",
    [
        "http://parvis.example",
        "https://127.0.0.1:8000",
        "https://10.1.2.3",
        "https://[::1]",
        "https://localhost",
        "https://parvis",
        "https://parvis.local",
        "https://parvis.home.arpa",
    ],
)
def test_there_is_no_address_where_nobody_outside_reaches_us(public_url: str) -> None:
    assert address_of(public_url, ring("a"), new_id(), new_id(), now=NOW) is None


def test_a_public_number_is_an_address_too() -> None:
    assert address_of("https://9.9.9.9", ring("a"), new_id(), new_id(), now=NOW) is not None
