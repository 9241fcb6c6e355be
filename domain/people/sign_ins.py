"""Browsers in which people are signed in: begun with a new secret, seen, listed, ended."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint
from domain.people.shapes import Browser, Lifetimes, Method, SignedIn
from domain.people.tables import SignIn

PREFIX = "pv_sign_"
SEEN_EVERY = timedelta(minutes=1)
AGENT_LENGTH = 300


async def begin_sign_in(
    session: AsyncSession,
    user_id: UUID,
    *,
    methods: Iterable[Method],
    browser: Browser,
    lifetimes: Lifetimes,
    now: datetime,
) -> str:
    """The secret for the browser's cookie: always a new one, so that none can be planted."""
    secret = PREFIX + secrets.token_hex(32)
    session.add(
        SignIn(
            id=new_id(),
            user_id=user_id,
            fingerprint=fingerprint(secret),
            methods=sorted(methods),
            authenticated_at=now,
            created_at=now,
            seen_at=now,
            expires_at=now + lifetimes.longest,
            address=browser.address,
            agent=browser.agent[:AGENT_LENGTH],
        )
    )
    await session.flush()
    return secret


async def find_sign_in(
    session: AsyncSession, secret: str, *, lifetimes: Lifetimes, now: datetime
) -> SignedIn | None:
    """Whose browser this is; None when the sign-in is unknown, ended or too old."""
    statement = select(SignIn).where(col(SignIn.fingerprint) == fingerprint(secret))
    row = (await session.exec(statement)).one_or_none()
    if row is None or now >= row.expires_at or now >= row.seen_at + lifetimes.idle:
        return None
    if now >= row.seen_at + SEEN_EVERY:
        row.seen_at = now
    return SignedIn(row.user_id, row.id, row.authenticated_at, frozenset(row.methods))


async def renew_sign_in(
    session: AsyncSession, signed_in: SignedIn, *, methods: Iterable[Method], now: datetime
) -> str:
    """A new secret for a sign-in whose person has just proved again who they are."""
    secret = PREFIX + secrets.token_hex(32)
    row = await session.get_one(SignIn, signed_in.sign_in_id, with_for_update=True)
    row.fingerprint, row.authenticated_at = fingerprint(secret), now
    row.methods = sorted({*row.methods, *methods})
    return secret


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
