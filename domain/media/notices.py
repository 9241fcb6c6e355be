"""Tells, some days before, that the right to publish a file ends."""

from datetime import datetime

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.media.queries import visible
from domain.media.tables import Media


async def tell_ends(session: AsyncSession, caller: Caller, *, now: datetime, batch: int) -> int:
    """One event for each file whose notice is due, once; gives how many."""
    statement = (
        visible(caller)
        .where(col(Media.notice_at) <= now)
        .order_by(col(Media.notice_at))
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        row.notice_at = None
        data = {"rights_end_at": row.rights_end_at.isoformat() if row.rights_end_at else None}
        record(session, caller, "media.rights_ending", ("media", row.id), now=now, data=data)
    return len(rows)
