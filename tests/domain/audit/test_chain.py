"""What is altered, removed or added behind Parvis' back is found, by number."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.audit.chain import Known, verify_chain
from domain.audit.shapes import AuditVerificationView, ChainFault
from domain.events.service import forget_events, record
from domain.kernel.caller import Caller, Scope, worker
from domain.kernel.database import Database
from domain.kernel.errors import Misfit, ScopeMissing
from domain.kernel.ids import new_id
from domain.kernel.origins import coming_from
from domain.kernel.settings import Settings
from tests.world import make_workspace

# The event that each workspace begins with is told by the real clock.
NOW = datetime.now(UTC)
ADD = """
INSERT INTO events SELECT workspace_id, {}, gen_random_uuid(), kind, subject_kind, subject_id,
                          actor, occurred_at, data, trace, origin, hash
  FROM events WHERE number = 10
"""
SWAP = """
UPDATE events SET number = CASE number WHEN 5 THEN 60 WHEN 6 THEN 5 END WHERE number IN (5, 6);
UPDATE events SET number = 6 WHERE number = 60
"""
LATER_BY_A_BIT = """
UPDATE events SET occurred_at = occurred_at + interval '1 microsecond' WHERE number = 5
"""
CHAIN_ANEW = """
DO $$
DECLARE
    link bytea := decode(repeat('00', 32), 'hex');
    e record;
BEGIN
    FOR e IN SELECT * FROM events WHERE workspace_id = '{0}' ORDER BY number LOOP
        link := sha256(link || int8send(e.number) || parvis_event_digest(e.workspace_id, e.id,
            e.occurred_at, e.kind, e.subject_kind, e.subject_id, e.actor, e.origin, e.data));
        UPDATE events SET hash = link WHERE workspace_id = '{0}' AND number = e.number;
    END LOOP;
    UPDATE event_counters SET last_hashes = ARRAY[link] WHERE workspace_id = '{0}';
END $$
"""


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    """Its log holds ten events, in transactions of one, two and six."""
    workspace_id = await make_workspace(database)
    for count in (1, 2, 6):
        await tell(database, workspace_id, count)
    return workspace_id


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Who can do anything to the tables."""
    assert settings.migration_database_url is not None
    connection = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    yield connection
    await connection.close()


async def tell(
    database: Database, workspace_id: UUID, count: int = 1, *, now: datetime = NOW
) -> None:
    caller = Caller(workspace_id, "token:tok_1", frozenset(Scope), application="app_1")
    async with database.transaction(workspace_id) as session:
        for number in range(count):
            odd = {"ratio": 0.1, "ids": [1, None]}
            data = {"previous": {"title": f'N° {number} "é"\n'}, "current": odd}
            with coming_from("203.0.113.7"):
                record(session, caller, "post.changed", ("post", new_id()), now=now, data=data)


async def verified(
    database: Database,
    workspace_id: UUID,
    *,
    from_number: int = 1,
    most: int = 1000,
    known: Known | None = None,
) -> AuditVerificationView:
    async with database.transaction(workspace_id) as session:
        return await verify_chain(
            session, worker(workspace_id), from_number=from_number, most=most, known=known
        )


async def test_what_was_written_is_whole(database: Database, workspace_id: UUID) -> None:
    found = await verified(database, workspace_id)

    assert (found.is_whole, found.fault, found.fault_number) == (True, None, None)
    assert (found.first_number, found.last_number, found.is_complete) == (1, 10, True)
    assert (found.head_number, len(found.head_hash)) == (10, 64)


async def test_what_many_write_at_once_is_one_chain(database: Database, workspace_id: UUID) -> None:
    await asyncio.gather(*(tell(database, workspace_id, 1 + number % 3) for number in range(40)))

    found = await verified(database, workspace_id)

    assert (found.is_whole, found.last_number) == (True, 10 + 79)


async def test_a_workspace_without_events_is_whole(database: Database) -> None:
    found = await verified(database, new_id())

    assert (found.is_whole, found.head_number, found.head_hash) == (True, 0, "0" * 64)


@pytest.mark.parametrize(
    ("tampering", "fault", "number"),
    [
        ("UPDATE events SET data = '{}' WHERE number = 5", ChainFault.ALTERED, 5),
        ("UPDATE events SET actor = 'nobody' WHERE number = 1", ChainFault.ALTERED, 1),
        ("UPDATE events SET kind = 'post.rescheduled' WHERE number = 10", ChainFault.ALTERED, 10),
        (LATER_BY_A_BIT, ChainFault.ALTERED, 5),
        ("UPDATE events SET origin = NULL WHERE number = 5", ChainFault.ALTERED, 5),
        ("UPDATE events SET subject_kind = 'media' WHERE number = 5", ChainFault.ALTERED, 5),
        ("UPDATE events SET hash = sha256('x') WHERE number = 10", ChainFault.ALTERED, 10),
        (SWAP, ChainFault.ALTERED, 5),
        ("DELETE FROM events WHERE number = 1", ChainFault.MISSING, 1),
        ("DELETE FROM events WHERE number = 5", ChainFault.MISSING, 5),
        ("DELETE FROM events WHERE number IN (5, 6)", ChainFault.MISSING, 5),
        ("DELETE FROM events WHERE number >= 9", ChainFault.MISSING, 9),
        ("DELETE FROM events WHERE number > 0", ChainFault.MISSING, 1),
        (ADD.format(11), ChainFault.ADDED, 11),
        (ADD.format(0), ChainFault.ADDED, 0),
    ],
)
async def test_tampering_is_found(
    database: Database,
    workspace_id: UUID,
    owner: asyncpg.Connection,
    tampering: str,
    fault: ChainFault,
    number: int,
) -> None:
    for statement in tampering.split(";"):
        changed = statement.replace("WHERE ", f"WHERE workspace_id = '{workspace_id}' AND ")
        await owner.execute(changed)

    found = await verified(database, workspace_id)

    assert (found.is_whole, found.fault, found.fault_number) == (False, fault, number)


async def test_a_whole_new_chain_is_told_by_a_hash_that_was_noted(
    database: Database, workspace_id: UUID, owner: asyncpg.Connection
) -> None:
    before = await verified(database, workspace_id)
    known = Known(before.head_number, bytes.fromhex(before.head_hash))
    await tell(database, workspace_id)
    confirmed = await verified(database, workspace_id, known=known)
    await owner.execute(
        "UPDATE events SET actor = 'worker' WHERE workspace_id = $1 AND number = 5", workspace_id
    )
    await owner.execute(CHAIN_ANEW.format(workspace_id))

    unseen = await verified(database, workspace_id)
    found = await verified(database, workspace_id, known=known)

    assert (confirmed.is_whole, confirmed.is_known_confirmed) == (True, True)
    assert (unseen.is_whole, unseen.is_known_confirmed) == (True, None)
    assert (found.is_known_confirmed, found.fault) == (False, ChainFault.REWRITTEN)
    assert found.fault_number == 10


async def test_the_retention_leaves_a_chain_that_can_be_verified(
    database: Database, workspace_id: UUID, owner: asyncpg.Connection
) -> None:
    head = await verified(database, workspace_id)
    await tell(database, workspace_id, 3, now=NOW + timedelta(days=40))
    async with database.transaction(workspace_id) as session:
        await forget_events(session, worker(workspace_id), before=NOW + timedelta(days=10))

    found = await verified(database, workspace_id)
    known = await verified(database, workspace_id, known=Known(10, bytes.fromhex(head.head_hash)))
    older = await verified(database, workspace_id, known=Known(9, bytes(32)))
    await owner.execute("DELETE FROM events WHERE workspace_id = $1 AND number = 11", workspace_id)
    tampered = await verified(database, workspace_id)

    assert (found.is_whole, found.first_number, found.last_number) == (True, 11, 13)
    assert (known.is_known_confirmed, older.is_known_confirmed) == (True, None)
    assert (tampered.fault, tampered.fault_number) == (ChainFault.MISSING, 11)


async def test_all_can_be_forgotten_and_the_chain_goes_on(
    database: Database, workspace_id: UUID
) -> None:
    async with database.transaction(workspace_id) as session:
        await forget_events(session, worker(workspace_id), before=NOW + timedelta(days=10))
    empty = await verified(database, workspace_id)
    await tell(database, workspace_id)

    found = await verified(database, workspace_id)

    assert (empty.is_whole, empty.is_complete, empty.last_number) == (True, True, 10)
    assert (found.is_whole, found.first_number, found.last_number) == (True, 11, 11)


async def test_a_long_log_is_verified_in_stretches(
    database: Database, workspace_id: UUID, owner: asyncpg.Connection
) -> None:
    stretches = [
        await verified(database, workspace_id, from_number=first, most=4)
        for first in (1, 5, 9, 11, 500)
    ]
    await owner.execute("DELETE FROM events WHERE workspace_id = $1 AND number = 4", workspace_id)
    torn = [await verified(database, workspace_id, from_number=first, most=4) for first in (5, 6)]

    assert [(each.first_number, each.last_number) for each in stretches] == [
        (1, 4),
        (5, 8),
        (9, 10),
        (11, 10),
        (11, 10),
    ]
    assert [each.is_complete for each in stretches] == [False, False, True, True, True]
    assert all(each.is_whole for each in stretches)
    assert [(each.fault, each.fault_number) for each in torn] == [
        (ChainFault.MISSING, 4),
        (None, None),
    ]


async def test_another_workspace_s_chain_is_another(
    database: Database, workspace_id: UUID, owner: asyncpg.Connection
) -> None:
    other = await make_workspace(database)
    await owner.execute("UPDATE events SET data = '{}' WHERE workspace_id = $1", workspace_id)

    assert (await verified(database, other)).is_whole is True


async def test_without_the_scope_nothing_is_verified(
    database: Database, workspace_id: UUID
) -> None:
    scopes = frozenset(Scope) - {Scope.AUDIT_READ}
    async with database.transaction(workspace_id) as session:
        with pytest.raises(ScopeMissing, match="audit:read"):
            await verify_chain(session, Caller(workspace_id, "token", scopes))


@pytest.mark.parametrize(
    ("number", "noted"), [(1, None), (None, "0" * 64), (1, "0" * 63), (1, "x" * 64)]
)
def test_a_note_is_whole_or_refused(number: int | None, noted: str | None) -> None:
    with pytest.raises(Misfit):
        Known.of(number, noted)
