"""What networks call us for by themselves: it is verified, and the inbox is read at once."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.credentials import open_grant
from domain.accounts.rules import next_pull
from domain.accounts.tables import Account
from domain.connector.port import TakesHooks
from domain.connector.words import Grant
from domain.kernel.errors import NotFound
from domain.kernel.nudges import due_at
from domain.kernel.sealing import KeyRing, SealBroken
from domain.networks import find


async def hear(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    headers: Mapping[str, str],
    body: bytes,
    *,
    keys: KeyRing,
    now: datetime,
) -> None:
    """Has the account's inbox read at once; 10 s after the last reading at the soonest.

    Told twice it is read once, and what is lost is read at the next turn: nothing is taken from
    what came. A paused account stays so. Raises `NotFound`, the same for an account that is not
    there, takes no hooks or was not called by its network.
    """
    row = await session.get(Account, (workspace_id, account_id))
    if row is None or not _is_genuine(row, headers, body, keys):
        raise NotFound("hook")
    await session.refresh(row, with_for_update=True)
    if row.read_at is not None:
        row.read_at = min(row.read_at, next_pull(row.last_read_at, now=now))
        due_at(session, workspace_id, account_id, row.read_at)


async def greet(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    query: Mapping[str, str],
    *,
    keys: KeyRing,
) -> str:
    """What its network wants to hear before it calls. Raises `NotFound` like `hear`."""
    row = await session.get(Account, (workspace_id, account_id))
    known = None if row is None else _known(row, keys)
    told = None if known is None else known[0].greeting(query, known[1])
    if told is None:
        raise NotFound("hook")
    return told


def _is_genuine(row: Account, headers: Mapping[str, str], body: bytes, keys: KeyRing) -> bool:
    known = _known(row, keys)
    return known is not None and known[0].is_genuine(headers, body, known[1])


def _known(row: Account, keys: KeyRing) -> tuple[TakesHooks, Grant] | None:
    """What tells the account's network from others; None where it takes no hooks."""
    connector = find(row.network)
    if connector is None or connector.hooks is None or row.sealed_grant is None:
        return None
    try:
        return connector.hooks, open_grant(keys, row.workspace_id, row.id, row.sealed_grant)
    except SealBroken:
        return None
