"""Looks at what came of uploads: claims those that are all there, one at a time."""

import asyncio
from datetime import datetime
from uuid import UUID

from domain.kernel.caller import worker
from domain.kernel.traces import span
from domain.uploads import checking
from domain.uploads.checking import Task
from domain.uploads.service import Intake
from workers.context import Context

BATCH = 4
"""Uploads at once: each is read whole, a piece at a time."""


async def take_in_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        found = await checking.claim_checks(
            session,
            worker(workspace_id),
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for task in found:
        context.slots.start(take_in(context, task, now=now))
    return len(found)


async def take_in(context: Context, task: Task, *, now: datetime) -> None:
    """One upload; a store that is away leaves it to the end of its lease."""
    intake = Intake.of(context.settings, context.media)
    with span("take_in"):
        async with (
            checking.fetched(task, intake=intake) as found,
            context.database.acting(task.caller) as session,
        ):
            settled = await checking.settle(session, task, found, intake=intake, now=now)
        await asyncio.to_thread(
            checking.forget_bytes, settled, task.caller.workspace_id, intake=intake
        )
