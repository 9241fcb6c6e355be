"""What has run out is deleted: tokens, authorisations, requests, devices, keys."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.signing import forget_signing_keys
from domain.identity.tables import (
    Authorisation,
    AuthorisationRequest,
    DeviceCode,
    Grant,
    RefreshToken,
    Token,
)
from domain.kernel.caller import Caller

REMEMBERED = timedelta(days=1)
"""How long what has ended is still known as such: a code or a refresh token used again is told."""


async def forget_ended(session: AsyncSession, caller: Caller, *, now: datetime) -> None:
    """One workspace's. An authorisation goes when nothing that came of it can be used any more.

    API keys that ran out stay, so that their people see why; revoked ones go.
    """
    ended, own = now - REMEMBERED, caller.workspace_id
    await session.exec(
        delete(AuthorisationRequest).where(
            col(AuthorisationRequest.workspace_id) == own,
            col(AuthorisationRequest.expires_at) <= now,
        )
    )
    await session.exec(
        delete(Token).where(
            col(Token.workspace_id) == own,
            or_(
                col(Token.revoked_at) <= ended,
                and_(col(Token.kind) == "access", col(Token.expires_at) <= ended),
            ),
        )
    )
    await session.exec(
        delete(RefreshToken).where(
            col(RefreshToken.workspace_id) == own, col(RefreshToken.expires_at) <= ended
        )
    )
    await session.exec(
        delete(Grant).where(col(Grant.workspace_id) == own, col(Grant.revoked_at) <= ended)
    )
    await session.exec(
        delete(Authorisation).where(
            col(Authorisation.workspace_id) == own,
            col(Authorisation.created_at) <= ended,
            ~_holds(RefreshToken),
            ~_holds(Token),
        )
    )


async def forget_shared(session: AsyncSession, *, now: datetime) -> None:
    """Devices that nobody let in, and keys that sign no more."""
    await session.exec(delete(DeviceCode).where(col(DeviceCode.expires_at) <= now - REMEMBERED))
    await forget_signing_keys(session, now=now)


def _holds(table: type[RefreshToken | Token]) -> ColumnElement[bool]:
    return exists().where(
        col(table.workspace_id) == col(Authorisation.workspace_id),
        col(table.authorisation_id) == col(Authorisation.id),
    )
