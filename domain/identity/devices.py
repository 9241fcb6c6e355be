"""Devices without a browser: eight letters, typed by a person elsewhere (RFC 8628).

waiting ──▶ approved ──▶ taken up once (the row goes)
   │            (polls meanwhile: pending, or slow_down when too often)
   └──────▶ denied
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.bearer import BearerKind, client_id_of, make_bearer
from domain.identity.parties import Client
from domain.identity.tables import DeviceCode
from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Without vowels no word comes of them; 20 to the eighth are 34 bits, for some minutes."""
CODE_LENGTH = 8
FIRST_INTERVAL_S = 5
SLOWER_BY_S = 5


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """A device that waits, as its person sees it."""

    id: UUID
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Polled:
    """A device's code as the token endpoint finds it; the row is held by the transaction."""

    id: UUID
    client_id: str
    user_code: str
    scopes: frozenset[str]
    is_expired: bool
    is_denied: bool
    is_too_early: bool
    workspace_id: UUID | None
    authorisation_id: UUID | None


async def begin_device(
    session: AsyncSession,
    client: Client,
    scopes: Iterable[str],
    *,
    lasts: timedelta,
    now: datetime,
) -> tuple[str, str]:
    """The device's own code and the letters for its person, `BCDF-GHJK`."""
    bearer = make_bearer(client.workspace_id, BearerKind.DEVICE)
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    session.add(
        DeviceCode(
            id=new_id(),
            fingerprint=fingerprint(bearer),
            user_code=letters,
            application_workspace_id=client.workspace_id,
            application_id=client.id,
            scopes=sorted(scopes),
            interval_s=FIRST_INTERVAL_S,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    await session.flush()
    return bearer, f"{letters[:4]}-{letters[4:]}"


async def waiting_device(
    session: AsyncSession, typed: str, *, now: datetime
) -> DeviceRequest | None:
    """The device whose letters a person typed, in whatever case and with whatever between."""
    letters = "".join(each for each in typed.upper() if each in LETTERS)
    statement = select(DeviceCode).where(
        col(DeviceCode.user_code) == letters,
        col(DeviceCode.expires_at) > now,
        col(DeviceCode.authorisation_id).is_(None),
        col(DeviceCode.denied_at).is_(None),
    )
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        return None
    return DeviceRequest(row.id, _client_id(row), frozenset(row.scopes))


async def approve_device(
    session: AsyncSession, id_: UUID, workspace_id: UUID, authorisation_id: UUID
) -> None:
    """Lets the device take up an authorisation."""
    row = await session.get(DeviceCode, id_, with_for_update=True)
    if row is not None:
        row.workspace_id, row.authorisation_id = workspace_id, authorisation_id


async def deny_device(session: AsyncSession, id_: UUID, *, now: datetime) -> None:
    row = await session.get(DeviceCode, id_, with_for_update=True)
    if row is not None:
        row.denied_at = now


async def workspace_chosen(session: AsyncSession, device_code: str) -> UUID | None:
    """The workspace a device was let into; None while nobody decided."""
    statement = select(DeviceCode.workspace_id).where(_is(device_code))
    return (await session.exec(statement)).one_or_none()


async def poll_device(session: AsyncSession, device_code: str, *, now: datetime) -> Polled | None:
    """How a device's code stands; one that polls too soon has to wait longer from now on."""
    statement = select(DeviceCode).where(_is(device_code)).with_for_update()
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        return None
    wait = timedelta(seconds=row.interval_s)
    is_too_early = row.polled_at is not None and now < row.polled_at + wait
    row.polled_at = now
    if is_too_early:
        row.interval_s += SLOWER_BY_S
    return Polled(
        id=row.id,
        client_id=_client_id(row),
        user_code=row.user_code,
        scopes=frozenset(row.scopes),
        is_expired=row.expires_at <= now,
        is_denied=row.denied_at is not None,
        is_too_early=is_too_early,
        workspace_id=row.workspace_id,
        authorisation_id=row.authorisation_id,
    )


async def end_device(session: AsyncSession, id_: UUID) -> None:
    """A device's code is good for one use."""
    await session.delete(await session.get_one(DeviceCode, id_))


def _is(device_code: str) -> ColumnElement[bool]:
    return col(DeviceCode.fingerprint) == fingerprint(device_code)


def _client_id(row: DeviceCode) -> str:
    return client_id_of(row.application_workspace_id, row.application_id)
