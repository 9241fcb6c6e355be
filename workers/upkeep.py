"""Tells of posts whose dates have come, and goes on with updates that were approved."""

from datetime import datetime
from uuid import UUID

from domain.kernel.caller import worker
from domain.upkeep import carrying, falling_due
from workers.context import Context

BATCH = 50


async def keep_up_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Each post in a transaction of its own; what a batch leaves is due still."""
    caller = worker(workspace_id)
    async with context.database.transaction(workspace_id) as session:
        found = await falling_due.upkeeps_due(session, caller, now=now, most=BATCH)
    for id_ in found:
        async with context.database.transaction(workspace_id) as session:
            await falling_due.fall_due(session, caller, id_, now=now)
    return len(found)


async def carry_on_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """As `keep_up_due`, update by update."""
    caller = worker(workspace_id)
    async with context.database.transaction(workspace_id) as session:
        found = await carrying.updates_due(session, caller, now=now, most=BATCH)
    for id_ in found:
        async with context.database.transaction(workspace_id) as session:
            await carrying.follow_update(session, caller, id_, now=now)
    return len(found)
