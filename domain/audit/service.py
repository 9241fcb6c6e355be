"""Who takes the audit trail away is told in it."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.audit.shapes import AuditFilter
from domain.events.service import record
from domain.kernel.caller import Caller, Scope


async def note_export(
    session: AsyncSession, caller: Caller, where: AuditFilter, *, now: datetime
) -> None:
    """One event, with what was asked for."""
    caller.need(Scope.AUDIT_READ)
    asked = {name: value for name, value in asdict(where).items() if value}
    moments = {name: asked[name].isoformat() for name in ("since", "until") if name in asked}
    about = ("workspace", caller.workspace_id)
    record(session, caller, "audit.exported", about, now=now, data=asked | moments)
