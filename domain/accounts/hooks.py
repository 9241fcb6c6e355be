"""What networks call us for by themselves: it is verified, and the inbox is read at once."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.credentials import open_grant
from domain.accounts.rules import next_pull
from domain.accounts.tables import Account
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


def _is_genuine(row: Account, headers: Mapping[str, str], body: bytes, keys: KeyRing) -> bool:
    connector = find(row.network)
    if connector is None or connector.hooks is None or row.sealed_grant is None:
        return False
    try:
        grant = open_grant(keys, row.workspace_id, row.id, row.sealed_grant)
    except SealBroken:
        return False
    return connector.hooks.is_genuine(headers, body, grant)
