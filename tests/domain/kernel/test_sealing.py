"""Sealed secrets: open in their place alone, by any key of the ring, and in no other way."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.credentials import open_grant
from domain.accounts.tables import Account
from domain.connector.words import Grant, Profile
from domain.kernel.database import Database
from domain.kernel.sealing import SHORTEST, KeyRing, SealBroken, fingerprint
from tests.domain.accounts.build import KEYS, make_connected, row_of
from tests.world import make_workspace

OLD, NEW = KeyRing({"k1": bytes(32)}), KeyRing({"k2": bytes(range(32)), "k1": bytes(32)})
PLACE = "accounts.sealed_grant/1/2"


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens_in_its_place_alone(secret: bytes, place: str) -> None:
    sealed = NEW.seal(secret, place=place)

    assert NEW.open(sealed, place=place) == secret
    assert len(secret) < 8 or secret not in sealed
    with pytest.raises(SealBroken):
        NEW.open(sealed, place=place + "/")


def test_the_same_secret_never_looks_the_same() -> None:
    assert len({OLD.seal(b"secret", place=PLACE) for _ in range(100)}) == 100


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    before = OLD.seal(b"before", place=PLACE)
    after = NEW.seal(b"after", place=PLACE)

    assert NEW.open(before, place=PLACE) == b"before"
    assert NEW.open(after, place=PLACE) == b"after"
    with pytest.raises(SealBroken, match="not on the ring"):
        OLD.open(after, place=PLACE)
    with pytest.raises(SealBroken, match="not on the ring"):
        KeyRing({"k2": bytes(range(32))}).open(before, place=PLACE)


def test_a_key_of_the_same_name_is_not_the_same_key() -> None:
    with pytest.raises(SealBroken, match="does not belong here"):
        KeyRing({"k1": bytes(range(32))}).open(OLD.seal(b"x", place=PLACE), place=PLACE)


def test_marks_tell_keys_of_one_name_apart() -> None:
    other = KeyRing({"k1": bytes(range(32))})

    assert [mark.partition(":")[0] for mark in NEW.marks()] == ["k2", "k1"]
    assert NEW.marks()[1:] == OLD.marks()
    assert OLD.marks() != other.marks()


@given(st.data())
def test_one_changed_bit_breaks_the_seal(data: st.DataObject) -> None:
    sealed = bytearray(NEW.seal(b"secret", place=PLACE))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8

    with pytest.raises(SealBroken):
        NEW.open(bytes(sealed), place=PLACE)


@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda rest: b"\x01\x02k1" + rest))
def test_what_we_never_sealed_does_not_open(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        NEW.open(junk, place=PLACE)


def test_an_empty_secret_is_as_short_as_a_seal_can_be() -> None:
    assert len(KeyRing({"k": bytes(32)}).seal(b"", place=PLACE)) == SHORTEST


@pytest.mark.parametrize(
    "ring",
    [
        "",
        "k1",
        "k1:",
        ":" + b64encode(bytes(32)).decode(),
        "k1:" + b64encode(bytes(16)).decode(),
        "k1:not base64 at all",
        "é:" + b64encode(bytes(32)).decode(),
        "k1:" + b64encode(bytes(32)).decode() + ",",
        ",".join(["k1:" + b64encode(bytes(32)).decode()] * 2),
    ],
)
def test_a_broken_ring_is_refused_without_being_shown(ring: str) -> None:
    with pytest.raises(ValueError, match="sealing key") as refused:
        KeyRing.parse(ring)

    assert not ring or ring not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_ring_is_read_newest_first_and_never_shown() -> None:
    new, old = b64encode(bytes(range(32))).decode(), b64encode(bytes(32)).decode()
    ring = KeyRing.parse(f"k2:{new}, k1:{old}")

    assert list(ring.keys) == ["k2", "k1"]
    assert new not in repr(ring)
    assert old not in repr(ring)
    assert b"\x02k2" in ring.seal(b"x", place=PLACE)


def test_fingerprints_tell_secrets_apart_and_do_not_hold_them() -> None:
    assert fingerprint("one") == fingerprint("one") != fingerprint("two")
    assert len(fingerprint("one")) == 32


async def test_ciphertext_moved_to_another_row_or_column_does_not_open(
    database: Database,
) -> None:
    workspace_id = await make_workspace(database)
    victim = await make_connected(database, workspace_id, Grant("of the victim"))
    thief = await make_connected(
        database, workspace_id, Grant("own"), profile=Profile("did:plc:ben", "ben.example")
    )
    stolen = (await row_of(database, workspace_id, victim)).sealed_grant
    async with database.transaction(workspace_id) as session:
        row = await session.get(Account, (workspace_id, thief))
        assert row is not None
        row.sealed_grant = row.sealed_login = stolen
    moved = (await row_of(database, workspace_id, thief)).sealed_grant
    assert stolen is not None
    assert moved is not None

    with pytest.raises(SealBroken, match="does not belong here"):
        open_grant(KEYS, workspace_id, thief, moved)
    assert open_grant(KEYS, workspace_id, victim, stolen).access == "of the victim"
