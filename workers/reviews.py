"""Reminds those whom reviews ask, and submits again what edits have lost."""

from datetime import datetime
from uuid import UUID

from domain.approvals import again, reminding
from domain.identity.doors import doors_at
from domain.kernel.caller import worker
from workers.context import Context

BATCH = 50


async def remind_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Each review in a transaction of its own; what a batch leaves is due still."""
    caller = worker(workspace_id)
    doors = doors_at(context.settings.public_url, context.keys)
    async with context.database.transaction(workspace_id) as session:
        found = await reminding.reviews_due(session, caller, now=now, most=BATCH)
    for id_ in found:
        async with context.database.transaction(workspace_id) as session:
            await reminding.remind_of(session, caller, id_, doors=doors, now=now)
    return len(found)


async def ask_again_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """As `remind_due`, post by post."""
    caller = worker(workspace_id)
    doors = doors_at(context.settings.public_url, context.keys)
    async with context.database.transaction(workspace_id) as session:
        found = await again.posts_due(session, caller, now=now, most=BATCH)
    for id_ in found:
        async with context.database.transaction(workspace_id) as session:
            await again.ask_again(session, caller, id_, doors=doors, now=now)
    return len(found)
