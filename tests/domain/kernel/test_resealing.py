"""Every sealed column is known, and sealed anew without getting in anybody's way."""

import ast
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary, delete

from domain.accounts.credentials import open_grant, seal_grant
from domain.accounts.tables import Account
from domain.connector.words import Grant
from domain.kernel.database import Database
from domain.kernel.resealing import (
    Batch,
    Key,
    SealedColumn,
    keys_in_use,
    reseal_batch,
    sealed_columns,
)
from domain.kernel.schema import whole_schema
from domain.kernel.sealing import KeyRing
from domain.kernel.tables import Sealed
from domain.mail.service import plan_mail, text_place
from domain.mail.shapes import Letter
from domain.mail.tables import Mail
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS, make_connecting, row_of
from tests.guards.sources import modules
from tests.world import make_workspace

FRESH = KeyRing({"k2": bytes(range(32))})
BOTH = KeyRing(FRESH.keys | KEYS.keys)
GRANT = Grant("token", "refresh")
OPEN = {
    "made_from": "a digest of what was asked",
    "request": "as above",
    "hash": "of the audit trail",
    "forgotten_hash": "as above",
    "subject": "a digest of who tried, under our key",
    "content": "a file of the sandbox, which is public",
    "public_key": "of a passkey: public by its nature",
    "credential_id": "as above",
}


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    return await make_workspace(database)


def column(name: str) -> SealedColumn:
    [found] = [each for each in sealed_columns() if each.name == name]
    return found


async def used(database: Database, workspace_id: UUID | None, name: str) -> dict[str, int]:
    async with database.transaction(workspace_id) as session:
        return await keys_in_use(session, column(name))


async def reseal(
    database: Database,
    workspace_id: UUID | None,
    name: str,
    *,
    ring: KeyRing = BOTH,
    after: Key | None = None,
    most: int = 100,
) -> Batch:
    async with database.transaction(workspace_id) as session:
        return await reseal_batch(session, ring, column(name), after=after, most=most)


def places_in(paths: Iterable[Path]) -> Iterator[str]:
    """The columns that code names a place of."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "place_of":
                table, name = node.args[:2]
                if isinstance(table, ast.Constant) and isinstance(name, ast.Constant):
                    yield f"{table.value!s}.{name.value!s}"


def test_every_binary_column_is_sealed_or_known_to_be_open() -> None:
    columns = [each for table in whole_schema().sorted_tables for each in table.columns]
    binary = [each for each in columns if isinstance(each.type, LargeBinary)]

    unclear = [
        str(each)
        for each in binary
        if each.name.startswith("sealed") is not isinstance(each.type, Sealed)
        or not (
            isinstance(each.type, Sealed)
            or each.name.endswith("fingerprint")  # compared, never read
            or each.name in OPEN
        )
    ]
    assert unclear == []


def test_every_sealed_column_is_sealed_in_the_place_that_rotation_knows() -> None:
    named = set(places_in(modules("domain", "api", "workers")))

    assert named == {each.name for each in sealed_columns()}


def test_places_are_found_where_they_are_named(tmp_path: Path) -> None:
    path = tmp_path / "found.py"
    path.write_text('keys.seal(b"", place=place_of("posts", "sealed_note", 1, 2))\n')

    assert list(places_in([path])) == ["posts.sealed_note"]


async def test_values_of_a_workspace_are_sealed_anew_batch_by_batch(
    database: Database, workspace_id: UUID
) -> None:
    ids = [await make_connecting(database, workspace_id) for _ in range(5)]
    login = "accounts.sealed_login"
    before = await used(database, workspace_id, login)

    first = await reseal(database, workspace_id, login, most=2)
    second = await reseal(database, workspace_id, login, after=first.last, most=2)
    third = await reseal(database, workspace_id, login, after=second.last, most=2)
    nothing = await reseal(database, workspace_id, login, after=third.last, most=2)

    assert before == {"k1": 5}
    assert first == Batch(2, 0, (workspace_id, ids[1]))
    assert [second.resealed, third.resealed, nothing] == [2, 1, Batch(0, 0, None)]
    assert await used(database, workspace_id, login) == {"k2": 5}


async def test_what_was_ended_goes_on_where_it_was(database: Database, workspace_id: UUID) -> None:
    for _ in range(3):
        await make_connecting(database, workspace_id)
    login = "accounts.sealed_login"
    await reseal(database, workspace_id, login, most=2)

    again = await reseal(database, workspace_id, login)

    assert again.resealed == 1


async def test_what_is_sealed_anew_opens_without_the_earlier_key_and_its_version_stays(
    database: Database, workspace_id: UUID
) -> None:
    id_ = await make_connecting(database, workspace_id)
    async with database.transaction(workspace_id) as session:
        row = await session.get_one(Account, (workspace_id, id_))
        row.sealed_grant = seal_grant(KEYS, workspace_id, id_, GRANT)
    before = await row_of(database, workspace_id, id_)

    await reseal(database, workspace_id, "accounts.sealed_grant")

    after = await row_of(database, workspace_id, id_)
    assert after.sealed_grant is not None
    assert open_grant(FRESH, workspace_id, id_, after.sealed_grant) == GRANT
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


async def test_another_workspace_is_left_alone(database: Database, workspace_id: UUID) -> None:
    other = await make_workspace(database)
    await make_connecting(database, other)

    assert await reseal(database, workspace_id, "accounts.sealed_login") == Batch(0, 0, None)
    assert await used(database, other, "accounts.sealed_login") == {"k1": 1}


async def test_what_somebody_holds_waits_for_another_pass(
    database: Database, workspace_id: UUID
) -> None:
    held, free = [await make_connecting(database, workspace_id) for _ in range(2)]
    login = "accounts.sealed_login"
    async with database.transaction(workspace_id) as session:
        await session.get_one(Account, (workspace_id, held), with_for_update=True)
        first = await reseal(database, workspace_id, login)
    second = await reseal(database, workspace_id, login)

    assert (first, second.resealed) == (Batch(1, 0, (workspace_id, free)), 1)


async def test_what_cannot_be_opened_stays_and_is_counted(
    database: Database, workspace_id: UUID
) -> None:
    id_ = await make_connecting(database, workspace_id)
    kept = (await row_of(database, workspace_id, id_)).sealed_login

    batch = await reseal(database, workspace_id, "accounts.sealed_login", ring=FRESH)

    assert batch == Batch(0, 1, (workspace_id, id_))
    assert (await row_of(database, workspace_id, id_)).sealed_login == kept


async def test_shared_tables_are_sealed_anew_too(database: Database) -> None:
    letter = Letter("verify", "ana@example.org", "Hello", "http://p.test/link?token=t")
    until = NOW + timedelta(hours=1)
    async with database.transaction(None) as session:
        # The table is everybody's: letters of other tests are sealed under rings of their own.
        await session.exec(delete(Mail))
        id_ = await plan_mail(session, KEYS, letter, user_id=None, until=until, now=NOW)

    await reseal(database, None, "mails.sealed_text")

    async with database.transaction(None) as session:
        text = (await session.get_one(Mail, id_)).sealed_text
    assert FRESH.open(text or b"", place=text_place(id_)) == letter.text.encode()
