import asyncio
from datetime import timedelta
from uuid import UUID

from domain.accounts.connections import lock_out
from domain.accounts.due import DueKind, claim_due, finish_reading, put_off
from domain.accounts.queries import find_account
from domain.accounts.service import change_account
from domain.accounts.shapes import ChangeAccount
from domain.connector.errors import GrantExpired
from domain.connector.words import Grant
from domain.kernel.caller import worker
from domain.kernel.database import Database
from tests.conftest import NOW
from tests.domain.accounts.build import make_connected, make_connecting, row_of
from tests.world import make_workspace

GRANT = Grant("access")
LEASE = timedelta(minutes=1)


async def claim(database: Database, workspace_id: UUID, kind: DueKind, **late: int) -> list[UUID]:
    async with database.transaction(workspace_id) as session:
        rows = await claim_due(
            session, workspace_id, kind, now=NOW + timedelta(**late), lease=LEASE, batch=10
        )
        return [row.id for row in rows]


async def read(database: Database, workspace_id: UUID, id_: UUID, *, had_items: bool) -> None:
    async with database.transaction(workspace_id) as session:
        row = await find_account(session, worker(workspace_id), id_)
        await finish_reading(
            session,
            row,
            cursor="c1",
            had_items=had_items,
            is_whole=True,
            now=NOW,
            shortest_s=30,
            longest_s=1800,
        )


async def test_claimed_account_is_nobody_elses_until_the_lease_ends(database: Database) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, GRANT)

    assert await claim(database, workspace_id, DueKind.READ) == [id_]
    assert await claim(database, workspace_id, DueKind.READ, seconds=59) == []
    assert await claim(database, workspace_id, DueKind.READ, seconds=60) == [id_]
    assert await claim(database, workspace_id, DueKind.MEASURE) == [id_]
    assert await claim(database, workspace_id, DueKind.CHECK) == []


async def test_two_claims_at_once_share_nothing(database: Database) -> None:
    workspace_id = await make_workspace(database)
    made = {await make_connecting(database, workspace_id) for _ in range(6)}

    claims = await asyncio.gather(
        *(claim(database, workspace_id, DueKind.CONNECT) for _ in range(4))
    )

    claimed = [id_ for each in claims for id_ in each]
    assert len(claimed) == 6
    assert set(claimed) == made


async def test_claims_stay_in_their_workspace(database: Database) -> None:
    here, there = await make_workspace(database), await make_workspace(database)
    await make_connecting(database, there)

    assert await claim(database, here, DueKind.CONNECT) == []
    async with database.transaction(here) as session:
        rows = await claim_due(session, there, DueKind.CONNECT, now=NOW, lease=LEASE, batch=10)
    assert rows == []


async def test_reading_keeps_the_cursor_and_plans_the_next(database: Database) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, GRANT)

    await read(database, workspace_id, id_, had_items=False)
    new = await row_of(database, workspace_id, id_)
    await read(database, workspace_id, id_, had_items=False)
    quiet = await row_of(database, workspace_id, id_)
    await read(database, workspace_id, id_, had_items=True)
    busy = await row_of(database, workspace_id, id_)

    assert (new.poll_every_s, new.read_at) == (30, NOW + timedelta(seconds=30))
    assert (quiet.poll_every_s, quiet.read_at) == (60, NOW + timedelta(seconds=60))
    assert (busy.poll_every_s, busy.read_at) == (30, NOW + timedelta(seconds=30))
    assert (busy.inbox_cursor, busy.last_read_at) == ("c1", NOW)
    assert busy.version == quiet.version == 2


async def test_own_longest_poll_bounds_the_wait(database: Database) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, GRANT)
    async with database.transaction(workspace_id) as session:
        await change_account(
            session,
            worker(workspace_id),
            id_,
            ChangeAccount(poll_longest_s=45),
            expected_version=None,
            now=NOW,
        )

    for _ in range(2):
        await read(database, workspace_id, id_, had_items=False)

    assert (await row_of(database, workspace_id, id_)).poll_every_s == 45


async def test_work_that_ends_after_a_lock_out_starts_nothing_again(database: Database) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, GRANT)
    caller = worker(workspace_id)
    async with database.transaction(workspace_id) as session:
        assert await lock_out(session, workspace_id, id_, GrantExpired("No."), now=NOW)

    await read(database, workspace_id, id_, had_items=True)
    async with database.transaction(workspace_id) as session:
        await put_off(session, caller, id_, DueKind.MEASURE, until=NOW)
        await put_off(session, caller, id_, DueKind.READ, until=NOW)

    row = await row_of(database, workspace_id, id_)
    assert (row.inbox_cursor, row.read_at, row.measure_at) == ("c1", None, None)


async def test_work_is_put_off_to_when_the_network_allows_it(database: Database) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, GRANT)
    until = NOW + timedelta(hours=1)
    async with database.transaction(workspace_id) as session:
        for kind in (DueKind.READ, DueKind.MEASURE):
            await put_off(session, worker(workspace_id), id_, kind, until=until)

    assert await claim(database, workspace_id, DueKind.READ, minutes=59) == []
    assert await claim(database, workspace_id, DueKind.READ, minutes=60) == [id_]
    assert await claim(database, workspace_id, DueKind.MEASURE, minutes=60) == [id_]
