"""The keys that sign id_tokens: one an algorithm, followed by the next before it is old.

    made ──PUBLISHED_FIRST──▶ signs ──SIGNING_KEY_DAYS──▶ its successor signs ──SHOWN_AFTER──▶ gone

A key is shown a day before it signs, so that no client meets one it could not have read.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc.jwk import ECKey, RSAKey
from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.shapes import SigningAlgorithm
from domain.identity.tables import SigningKey
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing, place_of

PUBLISHED_FIRST = timedelta(days=1)
SHOWN_AFTER = timedelta(days=1)
RSA_BITS = 2048
ONE_MAKER = text("SELECT pg_advisory_xact_lock(hashtextextended('parvis.signing_keys', 0))")


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A key that signs now."""

    id: UUID
    algorithm: SigningAlgorithm
    private_key: Mapping[str, Any]

    @property
    def kid(self) -> str:
        return self.id.hex


async def signer(
    session: AsyncSession,
    keys: KeyRing,
    algorithm: SigningAlgorithm,
    *,
    lasts: timedelta,
    now: datetime,
) -> Signer:
    """The key of an algorithm that signs now; it makes the first one, and the next in time."""
    rows = await _of(session, algorithm)
    if not rows or rows[-1].signs_from + lasts <= now + PUBLISHED_FIRST:
        rows = await _with_next(session, keys, algorithm, lasts=lasts, now=now)
    row = [each for each in rows if each.signs_from <= now][-1]
    private = json.loads(keys.open(row.sealed_key, place=_place(row.id)))
    return Signer(row.id, algorithm, private)


async def public_keys(
    session: AsyncSession, keys: KeyRing, *, lasts: timedelta, now: datetime
) -> list[dict[str, Any]]:
    """What clients check signatures with: keys that sign, will sign, or signed of late."""
    for algorithm in SigningAlgorithm:
        await signer(session, keys, algorithm, lasts=lasts, now=now)
    shown = [row for each in SigningAlgorithm for row in _shown(await _of(session, each), now)]
    return [{**row.public_key, "kid": row.id.hex} for row in shown]


async def forget_signing_keys(session: AsyncSession, *, now: datetime) -> None:
    """Deletes keys that are shown no more."""
    for algorithm in SigningAlgorithm:
        rows = await _of(session, algorithm)
        for row in {each.id: each for each in rows}.values():
            if row not in _shown(rows, now):
                await session.delete(row)


async def _of(session: AsyncSession, algorithm: SigningAlgorithm) -> Sequence[SigningKey]:
    statement = select(SigningKey).where(col(SigningKey.algorithm) == algorithm)
    return (await session.exec(statement.order_by(col(SigningKey.signs_from)))).all()


def _shown(rows: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    followed = zip(rows, [*rows[1:], None], strict=True)
    return [row for row, next_ in followed if not next_ or next_.signs_from + SHOWN_AFTER > now]


async def _with_next(
    session: AsyncSession,
    keys: KeyRing,
    algorithm: SigningAlgorithm,
    *,
    lasts: timedelta,
    now: datetime,
) -> Sequence[SigningKey]:
    await session.exec(ONE_MAKER)  # type: ignore[call-overload]  # SQLModel types no text()
    rows = await _of(session, algorithm)
    if not rows:
        row = await _make(keys, algorithm, signs_from=now, now=now)
    elif rows[-1].signs_from + lasts <= now + PUBLISHED_FIRST:
        row = await _make(keys, algorithm, signs_from=now + PUBLISHED_FIRST, now=now)
    else:
        return rows
    session.add(row)
    await session.flush()
    return [*rows, row]


async def _make(
    keys: KeyRing, algorithm: SigningAlgorithm, *, signs_from: datetime, now: datetime
) -> SigningKey:
    id_ = new_id()
    # Some 100 ms of work for RSA: the event loop goes on meanwhile.
    made = await asyncio.to_thread(_generate, algorithm)
    shared = {"kty": made.key_type, "use": "sig", "alg": algorithm}
    private = json.dumps(made.as_dict(private=True)).encode()
    return SigningKey(
        id=id_,
        algorithm=algorithm,
        public_key={**made.as_dict(private=False), **shared},
        sealed_key=keys.seal(private, place=_place(id_)),
        created_at=now,
        signs_from=signs_from,
    )


def _generate(algorithm: SigningAlgorithm) -> RSAKey | ECKey:
    if algorithm is SigningAlgorithm.RS256:
        return RSAKey.generate_key(RSA_BITS)
    return ECKey.generate_key("P-256")


def _place(id_: UUID) -> str:
    return place_of("signing_keys", "sealed_key", id_)
