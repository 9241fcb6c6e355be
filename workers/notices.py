"""Tells of rights that end soon; nothing is sent, so one transaction is all of it."""

from datetime import datetime
from uuid import UUID

from domain.kernel.caller import worker
from domain.media import notices
from workers.context import Context

BATCH = 200


async def notice_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        return await notices.tell_ends(session, worker(workspace_id), now=now, batch=BATCH)
