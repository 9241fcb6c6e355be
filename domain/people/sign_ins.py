"""Browsers in which people are signed in: begun with a new secret, seen, listed, ended."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint
from domain.people.codes import has_app
from domain.people.shapes import Browser, Lifetimes, Method, SignedIn, SignInView
from domain.people.tables import SignIn

PREFIX = "pv_sign_"
SEEN_EVERY = timedelta(minutes=1)
AGENT_LENGTH = 300
CODE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """The secret for the browser's cookie, and whether a code is due before it opens anything."""

    secret: str
    awaits_code: bool


async def begin_sign_in(
    session: AsyncSession,
    user_id: UUID,
    *,
    methods: Iterable[Method],
    workspace_id: UUID | None,
    browser: Browser,
    lifetimes: Lifetimes,
    now: datetime,
) -> Begun:
    """Always a new secret, so that none can be planted. A passkey needs no code beside it.

    `workspace_id` is the only workspace it opens, where its own provider vouched; None: any.
    """
    secret, proved = _new_secret(), set(methods)
    awaits_code = Method.PASSKEY not in proved and await has_app(session, user_id)
    session.add(
        SignIn(
            id=new_id(),
            user_id=user_id,
            fingerprint=fingerprint(secret),
            methods=sorted(proved),
            workspace_id=workspace_id,
            awaits_code=awaits_code,
            authenticated_at=now,
            created_at=now,
            seen_at=now,
            expires_at=now + (CODE_WITHIN if awaits_code else lifetimes.longest),
            address=browser.address,
            agent=browser.agent[:AGENT_LENGTH],
        )
    )
    await session.flush()
    return Begun(secret, awaits_code)


async def find_awaiting(session: AsyncSession, secret: str, *, now: datetime) -> SignedIn | None:
    """Who has proved all but the second factor; None when nobody did, lately."""
    row = await _by_secret(session, secret, awaits_code=True)
    return None if row is None or now >= row.expires_at else _signed_in(row)


async def complete_sign_in(
    session: AsyncSession,
    awaiting: SignedIn,
    *,
    method: Method,
    lifetimes: Lifetimes,
    now: datetime,
) -> str:
    """The new secret of somebody whose code was right: the one of before opens nothing."""
    row = await session.get_one(SignIn, awaiting.sign_in_id, with_for_update=True)
    row.awaits_code, row.expires_at = False, now + lifetimes.longest
    return _renew(row, [method, Method.SEVERAL], now)


async def find_sign_in(
    session: AsyncSession, secret: str, *, lifetimes: Lifetimes, now: datetime
) -> SignedIn | None:
    """Whose browser this is; None when the sign-in is unknown, ended or too old."""
    row = await _by_secret(session, secret, awaits_code=False)
    if row is None or now >= row.expires_at or now >= row.seen_at + lifetimes.idle:
        return None
    if now >= row.seen_at + SEEN_EVERY:
        row.seen_at = now
    return _signed_in(row)


async def renew_sign_in(
    session: AsyncSession, signed_in: SignedIn, *, methods: Iterable[Method], now: datetime
) -> str:
    """A new secret for a sign-in whose person has just proved again who they are, by themselves."""
    row = await session.get_one(SignIn, signed_in.sign_in_id, with_for_update=True)
    row.workspace_id = None
    return _renew(row, methods, now)


async def list_sign_ins(
    session: AsyncSession, user_id: UUID, *, lifetimes: Lifetimes, now: datetime
) -> list[SignInView]:
    """The browsers in which the person is signed in, the one seen last first."""
    statement = (
        select(SignIn)
        .where(col(SignIn.user_id) == user_id, col(SignIn.awaits_code).is_(False))
        .where(col(SignIn.expires_at) > now, col(SignIn.seen_at) > now - lifetimes.idle)
        .order_by(col(SignIn.seen_at).desc(), col(SignIn.id))
    )
    return [SignInView.model_validate(row) for row in (await session.exec(statement)).all()]


async def end_sign_in(session: AsyncSession, user_id: UUID, sign_in_id: UUID) -> None:
    await session.exec(
        delete(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.id) == sign_in_id)
    )


async def end_sign_ins(session: AsyncSession, user_id: UUID, *, but: UUID | None = None) -> None:
    """Ends all of a person's sign-ins, or all `but` the one they are using."""
    await session.exec(
        delete(SignIn).where(col(SignIn.user_id) == user_id, col(SignIn.id).is_distinct_from(but))
    )


async def forget_sign_ins(session: AsyncSession, *, now: datetime) -> None:
    """Deletes those that have run out."""
    await session.exec(delete(SignIn).where(col(SignIn.expires_at) <= now))


async def _by_secret(session: AsyncSession, secret: str, *, awaits_code: bool) -> SignIn | None:
    statement = select(SignIn).where(
        col(SignIn.fingerprint) == fingerprint(secret), col(SignIn.awaits_code).is_(awaits_code)
    )
    return (await session.exec(statement)).one_or_none()


def _signed_in(row: SignIn) -> SignedIn:
    methods = frozenset(row.methods)
    return SignedIn(row.user_id, row.id, row.authenticated_at, methods, row.workspace_id)


def _renew(row: SignIn, methods: Iterable[Method], now: datetime) -> str:
    secret = _new_secret()
    row.fingerprint, row.authenticated_at, row.seen_at = fingerprint(secret), now, now
    row.methods = sorted({*row.methods, *methods})
    return secret


def _new_secret() -> str:
    return PREFIX + secrets.token_hex(32)
