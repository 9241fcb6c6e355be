"""The second factor: codes of an app (TOTP, RFC 6238), and recovery codes for when it is lost."""

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.errors import CodeRefused
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing, fingerprint, place_of
from domain.people.shapes import Method
from domain.people.tables import RecoveryCode, SecondFactor

ISSUER = "Parvis"
STEP_S = 30
WINDOW = (-1, 0, 1)
"""Clocks of telephones may be half a minute off."""
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is mistaken for another."""
GROUPS, GROUP_LENGTH = 4, 5


async def has_app(session: AsyncSession, user_id: UUID) -> bool:
    """Whether a code is due when this person signs in."""
    return (await _confirmed(session, user_id)) is not None


async def begin_app(session: AsyncSession, keys: KeyRing, user_id: UUID, *, now: datetime) -> str:
    """The secret to show to an app; asked again before it is confirmed, the same one."""
    row = await _factor(session, user_id)
    if row is None:
        secret, id_ = pyotp.random_base32(), new_id()
        sealed = keys.seal(secret.encode(), place=secret_place(id_))
        session.add(SecondFactor(id=id_, user_id=user_id, sealed_secret=sealed, created_at=now))
        await session.flush()
        return secret
    if row.confirmed_at is not None:
        raise CodeRefused("An app shows codes for this account already.")
    return keys.open(row.sealed_secret, place=secret_place(row.id)).decode()


def app_uri(secret: str, email: str) -> str:
    """What the square picture says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


async def confirm_app(
    session: AsyncSession, keys: KeyRing, user_id: UUID, code: str, *, now: datetime
) -> list[str]:
    """The app counts from now on. Gives recovery codes, shown only now. Raises `CodeRefused`."""
    row = await _factor(session, user_id)
    if row is None or row.confirmed_at is not None or not _fits(row, keys, code, now):
        raise CodeRefused
    row.confirmed_at = now
    return await renew_recovery_codes(session, user_id)


async def check_code(
    session: AsyncSession, keys: KeyRing, user_id: UUID, text: str, *, now: datetime
) -> Method:
    """Which kind of code it was: one of the app, or one for recovery; each counts once.

    Raises `CodeRefused`.
    """
    code = "".join(text.split()).replace("-", "").lower()
    row = await _confirmed(session, user_id)
    if row is None:
        raise CodeRefused
    if code.isdigit() and _fits(row, keys, code, now):
        return Method.CODE
    used = await session.exec(
        delete(RecoveryCode).where(
            col(RecoveryCode.user_id) == user_id,
            col(RecoveryCode.fingerprint) == _fingerprint(user_id, code),
        )
    )
    if not used.rowcount:
        raise CodeRefused
    return Method.RECOVERY


async def remove_app(session: AsyncSession, user_id: UUID) -> None:
    """No code is due any more; recovery codes go with the app."""
    await session.exec(delete(SecondFactor).where(col(SecondFactor.user_id) == user_id))
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))


async def renew_recovery_codes(session: AsyncSession, user_id: UUID) -> list[str]:
    """New ones; those of before count no longer."""
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    codes = [_new_code() for _ in range(CODES)]
    for code in codes:
        found = _fingerprint(user_id, code.replace("-", ""))
        session.add(RecoveryCode(user_id=user_id, fingerprint=found))
    await session.flush()
    return codes


async def count_recovery_codes(session: AsyncSession, user_id: UUID) -> int:
    statement = select(func.count()).where(col(RecoveryCode.user_id) == user_id)
    return (await session.exec(statement)).one()


def secret_place(id_: UUID) -> str:
    return place_of("second_factors", "sealed_secret", id_)


def _fits(row: SecondFactor, keys: KeyRing, code: str, now: datetime) -> bool:
    """Takes a code of this half minute or its neighbours, unless one as late was taken before."""
    totp = pyotp.TOTP(keys.open(row.sealed_secret, place=secret_place(row.id)).decode())
    this = int(now.timestamp()) // STEP_S
    for step in (this + offset for offset in WINDOW):
        is_new = row.last_step is None or step > row.last_step
        if is_new and hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            row.last_step = step
            return True
    return False


async def _factor(session: AsyncSession, user_id: UUID) -> SecondFactor | None:
    statement = select(SecondFactor).where(col(SecondFactor.user_id) == user_id)
    return (await session.exec(statement.with_for_update())).one_or_none()


async def _confirmed(session: AsyncSession, user_id: UUID) -> SecondFactor | None:
    row = await _factor(session, user_id)
    return row if row is not None and row.confirmed_at is not None else None


def _new_code() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def _fingerprint(user_id: UUID, code: str) -> bytes:
    """99 bits of chance, and the person's id beside them: no guess serves for two people."""
    return fingerprint(f"{user_id.hex}:{code}")
