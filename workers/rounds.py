"""What is looked at in many workspaces: few at a time, so that nothing that falls due waits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from workers.context import Context
from workers.slots import guarded

SIDE_BY_SIDE = 2
ALL = "SELECT workspace_id FROM parvis_workspaces()"
Act = Callable[[Context, UUID], Awaitable[None]]


def begin_round(context: Context, act: Act, *, of: str = ALL, where: Sequence[object] = ()) -> None:
    """Visits the workspaces that `of` gives, in one slot, for as long as it takes.

    A visit that breaks is logged and keeps back no other.
    """
    context.slots.start(_round(context, act, of, where))


async def _round(context: Context, act: Act, of: str, where: Sequence[object]) -> None:
    places = asyncio.Semaphore(SIDE_BY_SIDE)
    async with asyncio.TaskGroup() as visits:
        for row in await context.database.reads.fetch(of, *where):
            await places.acquire()
            visit = visits.create_task(guarded(act(context, row["workspace_id"])))
            visit.add_done_callback(lambda _: places.release())
