"""What is looked at in every workspace: few at a time, so that slots are left to what falls due."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from workers.context import Context
from workers.slots import guarded

SIDE_BY_SIDE = 4
WORKSPACES = "SELECT workspace_id FROM parvis_workspaces()"
Act = Callable[[Context, UUID], Awaitable[None]]


def begin_round(context: Context, act: Act) -> None:
    """Goes on in one slot, however many workspaces there are; one that breaks is logged."""
    context.slots.start(_round(context, act))


async def _round(context: Context, act: Act) -> None:
    places = asyncio.Semaphore(SIDE_BY_SIDE)
    async with asyncio.TaskGroup() as visits:
        for row in await context.database.reads.fetch(WORKSPACES):
            await places.acquire()
            visit = visits.create_task(guarded(act(context, row["workspace_id"])))
            visit.add_done_callback(lambda _: places.release())
