"""What falls due of accounts: claimed by workers, put off, and planned anew after a reading."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.queries import find_account
from domain.accounts.rules import cadence, next_poll
from domain.accounts.tables import Account
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.nudges import due_at
from domain.networks import all_connectors, find


class DueKind(StrEnum):
    """What a worker does with an account when its moment has come."""

    CONNECT = "connect"
    READ = "read"
    MEASURE = "measure"
    CHECK = "check"


MOMENTS = {kind: f"{kind}_at" for kind in DueKind}
PAUSED = dict.fromkeys(MOMENTS.values())
TROUBLE_WAITS = 4
"""How many times its shortest wait an inbox in trouble is left alone."""
# Gives those whose next reading is moved forward.
ECHO = """
WITH later AS MATERIALIZED (
    SELECT a.id, w.wait_s, $3::timestamptz + make_interval(secs => w.wait_s) AS soon
      FROM accounts a
      LEFT JOIN unnest($4::text[], $5::integer[])
             AS known (network, wait_s) ON known.network = a.network
     CROSS JOIN LATERAL (SELECT coalesce(known.wait_s, $6) AS wait_s) w
     WHERE a.workspace_id = $1 AND a.id = ANY ($2)
     ORDER BY a.id FOR UPDATE OF a
), quicker AS (
    UPDATE accounts a SET poll_every_s = later.wait_s,
           read_at = CASE WHEN a.read_at > later.soon THEN later.soon ELSE a.read_at END
      FROM later WHERE a.workspace_id = $1 AND a.id = later.id
       AND (a.poll_every_s <> later.wait_s OR a.read_at > later.soon)
    RETURNING a.id, a.read_at, later.soon
)
SELECT id, read_at FROM quicker WHERE read_at = soon
"""


async def claim_due(
    session: AsyncSession,
    workspace_id: UUID,
    kind: DueKind,
    *,
    now: datetime,
    lease: timedelta,
    batch: int,
) -> Sequence[Account]:
    """The accounts that are due, theirs who asked until the lease has ended."""
    due = col(getattr(Account, MOMENTS[kind]))
    statement = (
        select(Account)
        .where(col(Account.workspace_id) == workspace_id, due <= now)
        .order_by(due)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        setattr(row, MOMENTS[kind], now + lease)
    return rows


async def put_off(
    session: AsyncSession, caller: Caller, id_: UUID, kind: DueKind, *, until: datetime
) -> None:
    """Comes back to a claimed account at another moment; no-op where that work was paused."""
    row = await find_account(session, caller, id_)
    await session.refresh(row, with_for_update=True)
    if getattr(row, MOMENTS[kind]) is not None:
        setattr(row, MOMENTS[kind], until)


async def put_off_reading(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    until: datetime | None,
    now: datetime,
    shortest_s: int,
) -> None:
    """Comes back to an inbox in trouble at `until`; None: when the network may be asked again."""
    row = await find_account(session, caller, id_)
    wait_s = TROUBLE_WAITS * max(shortest_s, _network_s(row) or 0)
    later = now + timedelta(seconds=wait_s) if until is None else max(until, now)
    await put_off(session, caller, id_, DueKind.READ, until=later)


async def finish_reading(
    session: AsyncSession,
    row: Account,
    *,
    cursor: str | None,
    had_items: bool,
    is_whole: bool,
    now: datetime,
    shortest_s: int,
    longest_s: int,
) -> None:
    """Keeps where the inbox was read to and plans the next reading.

    `shortest_s` and `longest_s` are the platform's bounds; network and account narrow them. A first
    reading that left something for the next (`is_whole` is false) goes on there.
    """
    await session.refresh(row, with_for_update=True)
    bounds = cadence(
        shortest_s=shortest_s,
        longest_s=longest_s,
        network_s=_network_s(row),
        own_longest_s=row.poll_longest_s,
    )
    is_new = row.last_read_at is None  # whoever connects it looks on
    wait = next_poll(timedelta(seconds=row.poll_every_s), bounds, had_items=had_items or is_new)
    row.inbox_cursor = cursor
    row.last_read_at = None if is_new and not is_whole else now
    row.poll_every_s = int(wait.total_seconds())
    if row.read_at is not None:
        row.read_at = now + wait


def _network_s(row: Account) -> int | None:
    connector = find(row.network)
    return None if connector is None else connector.manifest.poll_min_s


async def expect_echo(
    session: AsyncSession,
    caller: Caller,
    account_ids: Iterable[UUID],
    *,
    now: datetime,
    shortest_s: int,
) -> None:
    """Reads inboxes again soon: something of ours went out, people will answer."""
    shortest = {
        key: max(shortest_s, each.manifest.poll_min_s or 0)
        for key, each in all_connectors().items()
    }
    raw, accounts = await driver_of(session), list(account_ids)
    networks = list(shortest), list(shortest.values())
    found = await raw.fetch(ECHO, caller.workspace_id, accounts, now, *networks, shortest_s)
    for account_id, read_at in found:
        due_at(session, caller.workspace_id, account_id, read_at)
