"""Grants: which applications a member let into the workspace."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.identity.bearer import client_id_of
from domain.identity.queries import visible_grants
from domain.identity.tables import Grant
from domain.kernel.caller import Caller
from domain.kernel.errors import NotFound


async def revoke_grant(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> None:
    """Shuts the application out: tokens and keys that came of the grant end within a second."""
    statement = visible_grants(caller).where(col(Grant.id) == id_).with_for_update()
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound("grant", [id_])
    row.revoked_at = now
    about = {
        "client_id": client_id_of(row.application_workspace_id, row.application_id),
        "name": row.application_name,
    }
    record(session, caller, "grant.revoked", ("grant", id_), now=now, data=about)
