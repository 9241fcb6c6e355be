"""Accounts of the sandbox network, their sessions, and the faults ordered for them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.sandbox.errors import HandleTaken, TokenRefused
from domain.sandbox.rules import Act, FaultKind
from domain.sandbox.shapes import CreateAccount, RenewToken, SetFault
from domain.sandbox.tables import SandboxAccount, SandboxFault, SandboxSession

Playing = SandboxAccount
"""An account as handlers pass it on; its row stays below."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair as it is handed out, once."""

    access: str
    refresh: str
    expires_at: datetime | None


def _new_token() -> str:
    return f"sbx_{secrets.token_urlsafe(24)}"


def fingerprint(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def create_account(
    session: AsyncSession, command: CreateAccount, *, now: datetime
) -> tuple[SandboxAccount, str]:
    """A new account and its token. Raises `HandleTaken`."""
    token = _new_token()
    values = command.model_dump()
    values["display_name"] = command.display_name or command.handle
    made = SandboxAccount(**values, fingerprint=fingerprint(token), created_at=now)
    added = await session.exec(
        insert(SandboxAccount)
        .values(made.model_dump())
        .on_conflict_do_nothing(constraint="sandbox_accounts_handle")
    )
    if added.rowcount == 0:
        raise HandleTaken(f"There is an account {command.handle} already.")
    return made, token


async def renew_token(session: AsyncSession, account: SandboxAccount, command: RenewToken) -> str:
    """A new token in the place of the account's own, which opens nothing from now on."""
    token = _new_token()
    account.fingerprint = fingerprint(token)
    session.add(account)
    if not command.keeps_sessions:
        await _close_sessions(session, account)
    return token


async def open_session(session: AsyncSession, account: SandboxAccount, *, now: datetime) -> Tokens:
    """A new pair of tokens."""
    pair = Tokens(
        access=f"sba_{secrets.token_urlsafe(24)}",
        refresh=f"sbr_{secrets.token_urlsafe(24)}",
        expires_at=None
        if account.session_lifetime_s is None
        else now + timedelta(seconds=account.session_lifetime_s),
    )
    session.add_all(
        [
            SandboxSession(
                fingerprint=fingerprint(pair.access),
                account_id=account.id,
                is_refresh=False,
                expires_at=pair.expires_at,
            ),
            SandboxSession(
                fingerprint=fingerprint(pair.refresh), account_id=account.id, is_refresh=True
            ),
        ]
    )
    return pair


async def refresh_session(
    session: AsyncSession, refresh_token: str, *, now: datetime
) -> tuple[SandboxAccount, Tokens]:
    """The next pair for a refresh token, which is spent by this. Raises `TokenRefused`."""
    spent = await session.exec(
        delete(SandboxSession)
        .where(
            col(SandboxSession.fingerprint) == fingerprint(refresh_token),
            col(SandboxSession.is_refresh).is_(True),
        )
        .returning(col(SandboxSession.account_id))
    )
    account_id = spent.scalar_one_or_none()
    if account_id is None:
        raise TokenRefused("The refresh token is not known or was spent.", code="invalid_grant")
    account = await session.get_one(SandboxAccount, account_id)
    return account, await open_session(session, account, now=now)


async def set_faults(
    session: AsyncSession, account: SandboxAccount, commands: list[SetFault]
) -> None:
    session.add_all(
        SandboxFault(account_id=account.id, act=each.on, **each.model_dump(exclude={"on"}))
        for each in commands
    )


async def clear_faults(session: AsyncSession, account: SandboxAccount) -> None:
    await session.exec(delete(SandboxFault).where(col(SandboxFault.account_id) == account.id))


async def take_fault(
    session: AsyncSession, account: SandboxAccount, act: Act
) -> tuple[FaultKind, float] | None:
    """The next fault that is set for such a call, used up by one; None when all shall go well."""
    found = await session.exec(
        select(SandboxFault)
        .where(
            col(SandboxFault.account_id) == account.id,
            col(SandboxFault.act).in_([act, Act.ANY]),
        )
        .order_by(col(SandboxFault.number))
        .limit(1)
        .with_for_update()
    )
    fault = found.first()
    if fault is None:
        return None
    if fault.kind == FaultKind.REVOKED_TOKEN:
        await _close_sessions(session, account)
    fault.times -= 1
    if fault.times > 0:
        session.add(fault)
    else:
        await session.delete(fault)
    return FaultKind(fault.kind), fault.seconds


async def _close_sessions(session: AsyncSession, account: SandboxAccount) -> None:
    of_account = col(SandboxSession.account_id) == account.id
    await session.exec(delete(SandboxSession).where(of_account))
