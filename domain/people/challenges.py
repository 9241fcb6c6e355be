"""Challenges for passkeys: nothing is kept of one before its answer, which counts once.

8 bytes: until when | 16 bytes of chance | 32 bytes: what binds it to a browser and a purpose
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.errors import PasskeyRefused
from domain.people.tables import SpentChallenge

LASTS = timedelta(minutes=10)
END, NONCE = 8, 24


def make_challenge(browser: str, purpose: str, *, now: datetime) -> bytes:
    """`browser` is a secret that only this browser sends us."""
    head = int((now + LASTS).timestamp()).to_bytes(END, "big") + secrets.token_bytes(NONCE - END)
    return head + _bound(browser, purpose, head)


async def spend_challenge(
    session: AsyncSession, challenge: bytes, browser: str, purpose: str, *, now: datetime
) -> None:
    """Raises `PasskeyRefused` unless it was made for this browser and purpose, lately, once."""
    head, bound = challenge[:NONCE], challenge[NONCE:]
    if not hmac.compare_digest(bound, _bound(browser, purpose, head)):
        raise PasskeyRefused
    expires_at = datetime.fromtimestamp(int.from_bytes(head[:END], "big"), UTC)
    if expires_at <= now:
        raise PasskeyRefused
    values = {"fingerprint": hashlib.sha256(challenge).digest(), "expires_at": expires_at}
    spent = await session.exec(insert(SpentChallenge).values(values).on_conflict_do_nothing())
    if not spent.rowcount:
        raise PasskeyRefused


async def forget_challenges(session: AsyncSession, *, now: datetime) -> None:
    """Deletes those that count no longer by themselves."""
    await session.exec(delete(SpentChallenge).where(col(SpentChallenge.expires_at) <= now))


def _bound(browser: str, purpose: str, head: bytes) -> bytes:
    said = f"passkey:{purpose}:".encode() + head
    return hmac.new(browser.encode(), said, hashlib.sha256).digest()
