"""What is held here behind a message of its account: put off with it, or given back to come after.

The lane itself rests meanwhile: whoever calls is its message under way.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import worker
from domain.posts import leaving
from domain.posts.delivering import Held, Task, Wait
from workers.context import Context
from workers.keeping import kept

Record = Callable[[AsyncSession], Awaitable[None]]


async def put_off_behind(
    context: Context, task: Task, wait: Wait | None, record: Record, *, now: datetime
) -> None:
    """Records why a task waits; in the same transaction all that its account brings out waits."""
    caller = worker(task.workspace_id)
    left = context.outbox.put_off(task.account_id, wait) if wait else []

    async def write() -> None:
        async with context.database.transaction(task.workspace_id) as session:
            if wait is not None:
                await leaving.put_off_behind(session, caller, task, left, wait, now=now)
            await record(session)

    await kept(write)
    if left:
        async with context.database.transaction(task.workspace_id) as session:
            await leaving.settle(session, caller, [held.task for held, _ in left], now=now)


async def let_ahead(context: Context, task: Task) -> None:
    """Gives back what waits behind a task that is sent again: it is claimed with it, and after it.

    Nothing is claimed meanwhile, or it would be in the lane alone.
    """
    async with context.outbox.claiming:
        left = context.outbox.put_off(task.account_id, Wait(context.clock(), None))
        await put_off(context, task.workspace_id, left)


async def put_off(context: Context, workspace_id: UUID, left: Sequence[tuple[Held, Wait]]) -> None:
    """Each would meet the same spent budget, or overtake the others once that is whole again."""
    if left:
        async with context.database.transaction(workspace_id) as session:
            await leaving.put_off(session, worker(workspace_id), left, now=context.clock())
