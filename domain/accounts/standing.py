"""An account's grant as it stands, and how one worker at a time puts a newer one in its place."""

import json
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import CursorResult, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.credentials import seal_grant
from domain.accounts.rules import CHECK_WAITS, AccountState, InDoubt, works
from domain.accounts.shapes import AccountFacts, measures_of
from domain.accounts.tables import Account
from domain.connector.words import Grant
from domain.kernel.errors import AccountDisconnected, AccountRemoved
from domain.kernel.sealing import KeyRing

ACCOUNT = "SELECT * FROM parvis_account($1, $2)"
CONNECTED_HAS = ("server", "remote_id", "handle", "sealed_grant")


@dataclass(frozen=True, slots=True)
class Standing:
    """An account and the grant it has now, still sealed."""

    account: AccountFacts
    sealed_grant: bytes
    granted_at: datetime | None
    is_being_renewed: bool
    is_answer_lost: bool
    """Whether a renewal of this grant began of which nobody kept the answer."""


async def find_standing(
    pool: asyncpg.Pool,
    workspace_id: UUID,
    account_id: UUID,
    *,
    states: frozenset[AccountState],
    now: datetime,
) -> Standing:
    """What opening a line needs. Raises `AccountRemoved` and `AccountDisconnected`."""
    row = await pool.fetchrow(ACCOUNT, workspace_id, account_id)
    if row is None or row["removed_at"] is not None:
        raise AccountRemoved
    state = AccountState.CONNECTED if works(row["state"], row["check_at"]) else row["state"]
    if any(row[each] is None for each in CONNECTED_HAS) or state not in states:
        raise AccountDisconnected
    until = row["renewing_until"]
    is_leased = until is not None and until > now
    is_lost = until is not None and not is_leased
    return Standing(_facts_of(row), row["sealed_grant"], row["granted_at"], is_leased, is_lost)


def _facts_of(row: asyncpg.Record) -> AccountFacts:
    kept = {each.name: row[each.name] for each in fields(AccountFacts)}
    measures, in_doubt = measures_of(json.loads(row["measures"])), InDoubt(row["in_doubt"])
    return AccountFacts(**kept | {"measures": measures, "in_doubt": in_doubt})


async def begin_renewal(
    session: AsyncSession, before: Standing, *, now: datetime, lease: timedelta
) -> bool:
    """Whether this worker may renew the grant; one may, until the lease has ended."""
    free = (col(Account.renewing_until).is_(None)) | (col(Account.renewing_until) <= now)
    return await _swap(session, before, {"renewing_until": now + lease}, free)


async def keep_renewed(
    session: AsyncSession, before: Standing, grant: Grant, *, keys: KeyRing, now: datetime
) -> bool:
    """Keeps a new grant in the place of the one it renews, False when another took that place."""
    account = before.account
    values = {
        "sealed_grant": seal_grant(keys, account.workspace_id, account.id, grant),
        "grant_expires_at": grant.expires_at,
        "granted_at": now,
        "renewing_until": None,
    }
    return await _swap(session, before, values)


async def give_up_renewal(session: AsyncSession, before: Standing) -> None:
    await _swap(session, before, {"renewing_until": None})


async def lose_renewal(session: AsyncSession, before: Standing, *, now: datetime) -> None:
    """The network may have handed out a new grant: a lease that has ended tells so."""
    await _swap(session, before, {"renewing_until": now})


async def check_soon(session: AsyncSession, before: Standing, *, now: datetime) -> None:
    """Has an account checked that was in no trouble when it was checked last."""
    soon = now + CHECK_WAITS[0]
    is_news = col(Account.tries) == 0, col(Account.check_at) > soon
    await _swap(session, before, {"tries": 1, "check_at": soon}, *is_news)


async def _swap(
    session: AsyncSession,
    before: Standing,
    values: dict[str, Any],
    *conditions: Any,  # noqa: ANN401 - SQL
) -> bool:
    """Changes the row while the grant in it is still the one that was seen."""
    statement = (
        update(Account)
        .where(
            col(Account.workspace_id) == before.account.workspace_id,
            col(Account.id) == before.account.id,
            col(Account.sealed_grant) == before.sealed_grant,
            *conditions,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    done = await session.exec(statement)
    return isinstance(done, CursorResult) and done.rowcount == 1
