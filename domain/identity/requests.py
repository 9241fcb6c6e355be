"""Authorisation requests on their way: pushed by an application, or carried by a browser."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.bearer import BearerKind, client_id_of, make_bearer
from domain.identity.parties import Asked, Client
from domain.identity.tables import AuthorisationRequest
from domain.kernel.ids import new_id
from domain.kernel.sealing import fingerprint

DECIDED_WITHIN = timedelta(minutes=30)
"""How long a person may take to sign in and decide."""
PUSHED_LASTS = timedelta(seconds=90)
"""How long an application may take to send a browser with what it pushed."""


async def push_request(
    session: AsyncSession, client: Client, parameters: Mapping[str, str], *, now: datetime
) -> str:
    """Keeps a request that was judged; gives the reference that a browser brings, once."""
    return _add(session, client, parameters, is_pushed=True, lasts=PUSHED_LASTS, now=now)


async def take_pushed(
    session: AsyncSession, client: Client, reference: str, *, now: datetime
) -> Mapping[str, str] | None:
    """What this client pushed; it cannot be taken again."""
    table = AuthorisationRequest
    statement = (
        delete(table)
        .where(
            col(table.fingerprint) == fingerprint(reference),
            col(table.application_id) == client.id,
            col(table.is_pushed),
            col(table.expires_at) > now,
        )
        .returning(col(table.parameters))
    )
    return (await session.exec(statement)).scalars().one_or_none()


async def open_request(
    session: AsyncSession,
    client: Client,
    parameters: Mapping[str, str],
    *,
    device_code_id: UUID | None = None,
    now: datetime,
) -> str:
    """Keeps a request while a person signs in and decides; gives what the browser carries."""
    return _add(
        session,
        client,
        parameters,
        is_pushed=False,
        lasts=DECIDED_WITHIN,
        device_code_id=device_code_id,
        now=now,
    )


async def find_request(session: AsyncSession, reference: str, *, now: datetime) -> Asked | None:
    """What a browser carries; None when it is decided or too old."""
    row = (await session.exec(select(AuthorisationRequest).where(*_open(reference, now)))).first()
    if row is None:
        return None
    client_id = client_id_of(row.workspace_id, row.application_id)
    return Asked(client_id, row.parameters, row.device_code_id, row.created_at)


async def close_request(session: AsyncSession, reference: str, *, now: datetime) -> bool:
    """Ends a request as a person decides: True for one decision alone."""
    ended = delete(AuthorisationRequest).where(*_open(reference, now))
    return (await session.exec(ended)).rowcount == 1


def _open(reference: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    table = AuthorisationRequest
    return (
        col(table.fingerprint) == fingerprint(reference),
        col(table.is_pushed).is_(False),
        col(table.expires_at) > now,
    )


def _add(
    session: AsyncSession,
    client: Client,
    parameters: Mapping[str, str],
    *,
    is_pushed: bool,
    lasts: timedelta,
    device_code_id: UUID | None = None,
    now: datetime,
) -> str:
    reference = make_bearer(client.workspace_id, BearerKind.PUSHED)
    session.add(
        AuthorisationRequest(
            workspace_id=client.workspace_id,
            id=new_id(),
            application_id=client.id,
            fingerprint=fingerprint(reference),
            is_pushed=is_pushed,
            parameters=dict(parameters),
            device_code_id=device_code_id,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return reference
