"""Changes of accounts as callers ask for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.credentials import seal_login
from domain.accounts.due import PAUSED
from domain.accounts.logins import check_login, check_reach, keyed_digest
from domain.accounts.queries import living, view_of
from domain.accounts.rules import AccountState, may_become, next_pull, works
from domain.accounts.shapes import AccountView, ChangeAccount, ConnectAccount, ReconnectAccount
from domain.accounts.tables import Account
from domain.connector.words import Login
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, resent
from domain.kernel.errors import (
    AbilityMissing,
    AccountDisconnected,
    AlreadyExists,
    NotAllowedNow,
    NotFound,
)
from domain.kernel.ids import new_id
from domain.kernel.nudges import due_at
from domain.kernel.sealing import KeyRing
from domain.networks import find

FORGOTTEN = {"sealed_login": None, "sealed_grant": None, "grant_expires_at": None}


async def connect_account(
    session: AsyncSession,
    caller: Caller,
    command: ConnectAccount,
    *,
    keys: KeyRing,
    now: datetime,
) -> AccountView:
    """An account that a worker connects at once.

    Raises `Misfit` for a login that is not what the manifest asks for, and `NotFound`.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    made_from = keyed_digest(keys, command.model_dump_json())
    before = await resent(session, caller, Account, command.id, made_from)
    if before is not None:
        return view_of(before)
    caller.need_community(command.community_id)
    check_login(command.network, command.login)
    check_reach(caller, command.network)
    row = _begun(caller, command, made_from, keys, now)
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if "community_id" not in str(error.orig):
            raise AlreadyExists(at="/id") from None
        raise NotFound("community", [command.community_id]) from None
    about = {"network": row.network}
    record(session, caller, "account.created", ("account", row.id), now=now, data=about)
    due_at(session, row.workspace_id, row.id, now)
    return view_of(row)


async def reconnect_account(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ReconnectAccount,
    *,
    keys: KeyRing,
    now: datetime,
) -> AccountView:
    """Tries a new login for the same identity; what is queued and was read stays.

    What is connected works on meanwhile, and afterwards, whatever comes of the login.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    row = await _account(session, caller, id_, None)
    check_login(row.network, command.login)
    login = seal_login(keys, row.workspace_id, row.id, Login(command.login))
    begun = {"problem": None, "sealed_login": login, "tries": 0, "connect_at": now}
    paused = {} if works(row.state, row.check_at) else PAUSED
    become(row, AccountState.CONNECTING, {**paused, **begun}, now=now)
    record(session, caller, "account.reconnecting", ("account", id_), now=now)
    due_at(session, row.workspace_id, id_, now)
    return view_of(row)


async def change_account(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeAccount,
    *,
    expected_version: int | None,
    now: datetime,
) -> AccountView:
    caller.need(Scope.ACCOUNTS_WRITE)
    row = await _account(session, caller, id_, expected_version)
    previous = apply(row, command.sent(), now=now)
    if previous:
        record_change(session, caller, "account.changed", ("account", id_), row, previous, now=now)
    return view_of(row)


async def remove_account(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Forgets its credentials; what it published stays. What waits is the matter of who calls."""
    caller.need(Scope.ACCOUNTS_WRITE)
    row = await _account(session, caller, id_, expected_version)
    gone = {"removed_at": now, "problem": None}
    become(row, AccountState.REMOVED, {**PAUSED, **FORGOTTEN, **gone}, now=now)
    record(session, caller, "account.removed", ("account", id_), now=now)


async def check_account(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> AccountView:
    """Asks for a check of its health at once."""
    caller.need(Scope.ACCOUNTS_WRITE)
    row = await _account(session, caller, id_, None)
    ask_check(session, row, now=now)
    return view_of(row)


async def pull_account(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> AccountView:
    """Has its inbox read at once, whatever its cadence; 10 s after the last reading at the soonest.

    Raises `AbilityMissing` where the network tells nothing, and `AccountDisconnected`.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    row = await _account(session, caller, id_, None)
    connector = find(row.network)
    if connector is None or connector.inbox is None:
        raise AbilityMissing(f"{row.network} has no inbox that could be read.")
    if row.read_at is None:
        raise AccountDisconnected
    row.read_at = min(row.read_at, next_pull(row.last_read_at, now=now))
    due_at(session, row.workspace_id, row.id, row.read_at)
    return view_of(row)


def become(row: Account, state: AccountState, values: dict[str, Any], *, now: datetime) -> None:
    """Takes a step of the drawing. Raises `NotAllowedNow` for any other."""
    if not may_become(AccountState(row.state), state):
        raise NotAllowedNow(f"An account that is {row.state} cannot become {state}.")
    apply(row, {**values, "state": state}, now=now)


def ask_check(session: AsyncSession, row: Account, *, now: datetime) -> None:
    """Has a worker see whether we still have access, where there is any to lose."""
    if row.sealed_grant is None or row.connect_at is not None:
        return
    row.check_at = now if row.check_at is None else min(row.check_at, now)
    due_at(session, row.workspace_id, row.id, row.check_at)


def _begun(
    caller: Caller, command: ConnectAccount, made_from: bytes, keys: KeyRing, now: datetime
) -> Account:
    id_ = command.id or new_id()
    return Account(
        workspace_id=caller.workspace_id,
        id=id_,
        created_at=now,
        updated_at=now,
        made_from=made_from,
        community_id=command.community_id,
        network=command.network,
        state=AccountState.CONNECTING,
        measures={},
        sealed_login=seal_login(keys, caller.workspace_id, id_, Login(command.login)),
        connect_at=now,
    )


async def _account(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Account:
    statement = living(caller).where(col(Account.id) == id_)
    return await find_for_change(
        session, statement, what="account", expected_version=expected_version
    )
