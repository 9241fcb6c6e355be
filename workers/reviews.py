"""Reminds those whom reviews ask, and submits again what edits have lost."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain.approvals import again, reminding
from domain.identity.doors import doors_at
from domain.kernel.caller import worker
from domain.setbacks.rules import Work
from workers.apart import each_apart
from workers.context import Context

BATCH = 50


async def remind_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Each review in a transaction of its own; what a batch leaves is due still."""
    doors = doors_at(context.settings.public_url, context.keys)
    async with context.database.transaction(workspace_id) as session:
        found = await reminding.reviews_due(session, worker(workspace_id), now=now, most=BATCH)
    act = partial(reminding.remind_of, doors=doors, now=now)
    await each_apart(context, workspace_id, Work.REMIND, found, act, now=now)
    return len(found)


async def ask_again_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """As `remind_due`, post by post."""
    doors = doors_at(context.settings.public_url, context.keys)
    async with context.database.transaction(workspace_id) as session:
        found = await again.posts_due(session, worker(workspace_id), now=now, most=BATCH)
    act = partial(again.ask_again, doors=doors, now=now)
    await each_apart(context, workspace_id, Work.ASK_AGAIN, found, act, now=now)
    return len(found)
