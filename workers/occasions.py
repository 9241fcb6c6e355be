"""Reads the calendars that are followed, and tells of occasions that are near."""

from datetime import datetime
from uuid import UUID

from domain.connector.errors import NetworkError
from domain.ideas.proposing import propose_ideas
from domain.kernel.caller import worker
from domain.kernel.traces import span
from domain.occasions import following, nearing
from domain.occasions.fetching import fetch
from domain.occasions.shapes import Asked
from workers.context import Context

BATCH = 20
NEAR_BATCH = 200


async def subscribe_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Claims the calendars that are due and reads them side by side."""
    async with context.database.transaction(workspace_id) as session:
        found = await following.claim_readings(
            session,
            worker(workspace_id),
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for asked in found:
        context.slots.start(read_calendar(context, workspace_id, asked))
    return len(found)


async def read_calendar(context: Context, workspace_id: UUID, asked: Asked) -> None:
    """Fetches one calendar, and records what came of it."""
    caller = worker(workspace_id)
    with span("read_calendar"):
        try:
            document = await fetch(context.http, asked, now=context.clock())
        except NetworkError as error:
            async with context.database.transaction(workspace_id) as session:
                await following.record_reading_trouble(
                    session, caller, asked, error, now=context.clock()
                )
            return
        async with context.database.transaction(workspace_id) as session:
            await following.record_reading(session, caller, asked, document, now=context.clock())


async def near_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Tells of what is near and proposes it; what a batch leaves is due still, for the next."""
    caller = worker(workspace_id)
    async with context.database.transaction(workspace_id) as session:
        looked_at = await nearing.tell_near(session, caller, now=now, most=NEAR_BATCH)
        if looked_at:
            await propose_ideas(session, caller, now=now)
        return looked_at
