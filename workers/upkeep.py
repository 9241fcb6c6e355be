"""Tells of posts whose dates have come, and goes on with updates that were approved."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain.kernel.caller import worker
from domain.setbacks.rules import Work
from domain.upkeep import closing, falling_due, following
from workers.apart import each_apart
from workers.context import Context

BATCH = 50


async def keep_up_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Each post in a transaction of its own; what a batch leaves is due still."""
    async with context.database.transaction(workspace_id) as session:
        found = await falling_due.upkeeps_due(session, worker(workspace_id), now=now, most=BATCH)
    act = partial(falling_due.fall_due, now=now)
    await each_apart(context, workspace_id, Work.KEEP_UP, found, act, now=now)
    return len(found)


async def carry_on_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """As `keep_up_due`, update by update."""
    async with context.database.transaction(workspace_id) as session:
        found = await following.updates_due(session, worker(workspace_id), now=now, most=BATCH)
    act = partial(following.follow_update, now=now)
    await each_apart(context, workspace_id, Work.CARRY_ON, found, act, now=now)
    return len(found)


async def taken_back(context: Context, workspace_id: UUID, post_id: UUID) -> None:
    """What is proposed for a post is looked at soon: less of it may be public by now."""
    async with context.database.transaction(workspace_id) as session:
        await closing.look_soon(session, worker(workspace_id), post_id, now=context.clock())
