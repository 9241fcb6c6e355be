"""One-time links: random, for one purpose, for a while, once. Looking at one uses nothing up."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.errors import LinkInvalid
from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint
from domain.people.shapes import Link, Purpose
from domain.people.tables import OneTimeLink


async def make_link(
    session: AsyncSession,
    purpose: Purpose,
    *,
    email: str,
    user_id: UUID | None,
    token: str,
    lasts: timedelta,
    next_path: str,
    now: datetime,
) -> None:
    """Keeps a link. Earlier ones still count: people open the mail that came first."""
    session.add(
        OneTimeLink(
            id=new_id(),
            fingerprint=fingerprint(token),
            purpose=purpose,
            email=email,
            user_id=user_id,
            next_path=next_path,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    await session.flush()


async def read_link(session: AsyncSession, token: str, *, now: datetime) -> Link:
    """What the link is for. Raises `LinkInvalid`."""
    statement = select(OneTimeLink).where(col(OneTimeLink.fingerprint) == fingerprint(token))
    row = (await session.exec(statement)).one_or_none()
    if row is None or row.expires_at <= now:
        raise LinkInvalid
    return _link(row)


async def use_link(session: AsyncSession, token: str, *, now: datetime) -> Link:
    """Uses the link up, and all for the same purpose and address.

    Of two who come at once, one gets `LinkInvalid`.
    """
    statement = (
        delete(OneTimeLink)
        .where(col(OneTimeLink.fingerprint) == fingerprint(token))
        .returning(OneTimeLink)
    )
    row = (await session.exec(statement)).scalar_one_or_none()
    if row is None or row.expires_at <= now:
        raise LinkInvalid
    await session.exec(
        delete(OneTimeLink).where(
            col(OneTimeLink.email) == row.email, col(OneTimeLink.purpose) == row.purpose
        )
    )
    return _link(row)


async def void_links(session: AsyncSession, user_id: UUID, *, email: str) -> None:
    """No link that was sent to this person or address counts any longer."""
    await session.exec(
        delete(OneTimeLink).where(
            or_(col(OneTimeLink.user_id) == user_id, col(OneTimeLink.email) == email)
        )
    )


async def forget_links(session: AsyncSession, *, now: datetime) -> None:
    """Deletes those that have run out."""
    await session.exec(delete(OneTimeLink).where(col(OneTimeLink.expires_at) <= now))


def _link(row: OneTimeLink) -> Link:
    return Link(Purpose(row.purpose), row.email, row.user_id, row.next_path)
