"""What workers record of consents: claimed, opened, connected, failed, expired."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts import rules
from domain.accounts.connections import record_connected
from domain.accounts.consent_seals import (
    open_client,
    open_code,
    seal_begun,
    seal_client,
    seal_code,
)
from domain.accounts.consent_shapes import StepDue
from domain.accounts.consenting import GOOD_FOR, ConsentState, asks_again_after
from domain.accounts.consents import become, fail
from domain.accounts.due import PAUSED
from domain.accounts.rules import AccountState
from domain.accounts.service import become as account_becomes
from domain.accounts.tables import Account, Consent, NetworkClient
from domain.connector.consent import INTERRUPTED, Begun, Choice, Client
from domain.connector.errors import NetworkError
from domain.connector.words import Connected
from domain.events.service import record
from domain.kernel.caller import worker
from domain.kernel.ids import new_id, show
from domain.kernel.sealing import KeyRing

STEPS = frozenset({ConsentState.PREPARING, ConsentState.RETURNED})


async def claim_steps(
    session: AsyncSession, workspace_id: UUID, *, now: datetime, lease: timedelta, batch: int
) -> list[StepDue]:
    """The steps to take now, theirs who asked until the lease ends. Who came too late is told so.

    A code whose lease ended unrecorded may have been used: it fails, and is never sent again.
    """
    statement = (
        select(Consent)
        .where(col(Consent.workspace_id) == workspace_id, col(Consent.act_at) <= now)
        .order_by(col(Consent.act_at))
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    due = []
    for row in (await session.exec(statement)).all():
        state = ConsentState(row.state)
        if state is ConsentState.RETURNED and row.sealed_code is None:
            fail(session, row, INTERRUPTED, _BEGIN_AGAIN, said="", now=now)
        elif state is ConsentState.RETURNED or (state in STEPS and row.expires_at > now):
            row.act_at = now + lease
            due.append(StepDue(row.id, row.network, state))
        else:
            _expire(session, row, now)
    return due


def take_code(keys: KeyRing, row: Consent) -> str:
    """The code, forgotten before it is sent: whatever happens then, it is not sent twice."""
    code = open_code(keys, row)
    row.sealed_code = None
    return code


async def find_consent(session: AsyncSession, workspace_id: UUID, id_: UUID) -> Consent | None:
    """The row, locked, while a worker may still do something with it."""
    row = await session.get(Consent, (workspace_id, id_), with_for_update=True)
    return row if row is not None and row.state in STEPS else None


async def known_remote_id(session: AsyncSession, row: Consent) -> str | None:
    """Over there, of the account that is connected again; None where there is none yet."""
    if row.account_id is None:
        return None
    account = await session.get(Account, (row.workspace_id, row.account_id))
    return None if account is None else account.remote_id


def record_begun(
    session: AsyncSession, row: Consent, begun: Begun, *, keys: KeyRing, now: datetime
) -> None:
    values = {"sealed_begun": seal_begun(keys, row, begun), "act_at": row.expires_at, "tries": 0}
    become(row, ConsentState.OPEN, values, now=now)
    caller = worker(row.workspace_id)
    record(session, caller, "consent.opened", ("consent", row.id), now=now)


def record_choice(
    session: AsyncSession,
    row: Consent,
    begun: Begun,
    choice: Choice,
    *,
    keys: KeyRing,
    now: datetime,
) -> None:
    """The places to choose from, for as long as a person has to come back."""
    until = now + GOOD_FOR
    values = {
        "sealed_begun": seal_begun(keys, row, replace(begun, secrets=choice.secrets)),
        "places": [{"id": place.id, "name": place.name} for place in choice.places],
        "expires_at": until,
        "act_at": until,
        "tries": 0,
    }
    become(row, ConsentState.CHOOSING, values, now=now)
    caller = worker(row.workspace_id)
    record(session, caller, "consent.choosing", ("consent", row.id), now=now)


def record_trouble(
    session: AsyncSession,
    row: Consent,
    error: NetworkError,
    code: str | None,
    *,
    keys: KeyRing,
    now: datetime,
) -> None:
    """Takes the step again soon where that does no harm, a code in hand; else it has failed."""
    row.tries += 1
    wait = asks_again_after(error, ConsentState(row.state), row.tries)
    if wait is None:
        message = f"{error.message} {_BEGIN_AGAIN}"
        fail(session, row, error.code, message, said=error.said, now=now)
        return
    row.act_at = now + wait
    row.sealed_code = None if code is None else seal_code(keys, row, code)


async def record_consented(
    session: AsyncSession, row: Consent, connected: Connected, *, keys: KeyRing, now: datetime
) -> UUID | None:
    """The account that is connected now, its history kept where there was one; None: it failed.

    Whoever consented as somebody else than the account to be renewed changes nothing of it.
    """
    account = await _account(session, row, connected)
    identity = connected.server, connected.profile.remote_id
    if account.remote_id is not None and (account.server, account.remote_id) != identity:
        message = "Somebody else consented than the account that was to be connected again."
        fail(session, row, rules.IDENTITY_DIFFERS, message, said="", now=now)
        return None
    if account.community_id != row.community_id:
        message = "The account is connected already, for another community."
        fail(session, row, rules.ALREADY_CONNECTED, message, said="", now=now)
        return None
    if account.state != AccountState.CONNECTING:
        begun = {"problem": None, "sealed_login": None}
        account_becomes(account, AccountState.CONNECTING, {**PAUSED, **begun}, now=now)
    await record_connected(
        session,
        row.workspace_id,
        account.id,
        connected,
        sealed_login=account.sealed_login,
        keys=keys,
        now=now,
    )
    if account.state != AccountState.CONNECTED:
        message = "The account of whoever consented is connected already, as another one."
        fail(session, row, rules.ALREADY_CONNECTED, message, said="", now=now)
        return None
    values = {"account_id": account.id, "act_at": None, "sealed_code": None}
    become(row, ConsentState.DONE, values, now=now)
    caller, about = worker(row.workspace_id), {"account_id": show("acct", account.id)}
    record(session, caller, "consent.done", ("consent", row.id), now=now, data=about)
    return account.id


async def find_client(
    session: AsyncSession, network: str, server: str, *, keys: KeyRing
) -> Client | None:
    row = await session.get(NetworkClient, (network, server))
    return None if row is None else open_client(keys, row)


async def keep_client(
    session: AsyncSession,
    network: str,
    server: str,
    client: Client,
    *,
    keys: KeyRing,
    now: datetime,
) -> Client:
    """The client that is kept: another worker's, when it was quicker."""
    values = {
        "network": network,
        "server": server,
        "sealed": seal_client(keys, network, server, client),
        "public": dict(client.public),
        "created_at": now,
    }
    await session.exec(insert(NetworkClient).values(**values).on_conflict_do_nothing())
    return await find_client(session, network, server, keys=keys) or client


async def forget_client(session: AsyncSession, network: str, server: str) -> None:
    await session.exec(
        delete(NetworkClient).where(
            col(NetworkClient.network) == network, col(NetworkClient.server) == server
        )
    )


async def _account(session: AsyncSession, row: Consent, connected: Connected) -> Account:
    """The account to connect: the named one, the one with this identity, or a new one."""
    statement = select(Account).where(
        col(Account.workspace_id) == row.workspace_id, col(Account.removed_at).is_(None)
    )
    if row.account_id is not None:
        statement = statement.where(col(Account.id) == row.account_id)
    else:
        statement = statement.where(
            col(Account.network) == row.network,
            col(Account.server) == connected.server,
            col(Account.remote_id) == connected.profile.remote_id,
        )
    found = (await session.exec(statement.with_for_update())).one_or_none()
    return found or await _new_account(session, row)


async def _new_account(session: AsyncSession, row: Consent) -> Account:
    account = Account(
        workspace_id=row.workspace_id,
        id=new_id(),
        created_at=row.updated_at,
        updated_at=row.updated_at,
        community_id=row.community_id,
        network=row.network,
        state=AccountState.CONNECTING,
        measures={},
    )
    session.add(account)
    await session.flush()
    caller, about = worker(row.workspace_id), {"network": row.network}
    subject = ("account", account.id)
    record(session, caller, "account.created", subject, now=row.updated_at, data=about)
    return account


def _expire(session: AsyncSession, row: Consent, now: datetime) -> None:
    become(row, ConsentState.EXPIRED, {"act_at": None}, now=now)
    caller = worker(row.workspace_id)
    record(session, caller, "consent.expired", ("consent", row.id), now=now)


_BEGIN_AGAIN = "Begin the consent again."
