"""Test clocks, taken where they were sent: from one stop to the next, when all there is done."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.kernel.caller import worker
from domain.mentions.months import make_months
from domain.metrics.service import make_sample_months
from domain.posts.delivering import is_any_going
from domain.workspaces.clocks import ahead_of, hold_clock, step_on
from workers.context import Context

MONTHS_AHEAD = 4


class Handles(Protocol):
    def __call__(
        self, context: Context, workspace_id: UUID, /, *, now: datetime
    ) -> Awaitable[int]: ...


async def by_own_clock(context: Context, workspace_id: UUID) -> Context:
    """For work that nothing due began: the workspace's clock is asked for."""
    async with context.database.transaction(workspace_id) as session:
        ahead = await ahead_of(session, workspace_id)
    if ahead:
        context.ahead[workspace_id] = ahead
    return context.of(workspace_id)


async def by_its_clock(context: Context, handle: Handles, workspace_id: UUID) -> int:
    """Has due work of a test workspace claimed at its own time.

    The clock stands still meanwhile: a lease that is given now must not be over at once.
    """
    if handle is advance_due:
        own = await by_own_clock(context, workspace_id)
        return await handle(own, workspace_id, now=own.clock())
    async with context.database.transaction(workspace_id) as session:
        context.ahead[workspace_id] = await hold_clock(session, worker(workspace_id))
        own = context.of(workspace_id)
        return await handle(own, workspace_id, now=own.clock())


async def advance_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Moves the clock to its next stop, unless something is under way or due."""
    if _is_busy(context, workspace_id):
        return 0
    caller, ahead = worker(workspace_id), context.ahead
    async with context.database.transaction(workspace_id) as session:
        if await is_any_going(session, caller):
            return 0
        stop = await step_on(session, caller, ahead=ahead.get(workspace_id, timedelta(0)), now=now)
    if stop is None:
        return 0
    if stop.month != now.month:
        await _make_months(context, stop)
    return 1


def _is_busy(context: Context, workspace_id: UUID) -> bool:
    held = context.outbox.held()
    return context.slots.is_busy(workspace_id) or any(
        each.task.workspace_id == workspace_id for each in held
    )


async def _make_months(context: Context, stop: datetime) -> None:
    async with context.database.transaction(None) as session:
        await make_months(session, now=stop)
        await make_sample_months(session, first_on=stop.date(), months=MONTHS_AHEAD)
