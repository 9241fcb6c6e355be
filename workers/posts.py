"""Publishing: claim what is due, hold it in lanes while it goes out, keep its leases."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import asyncpg

from domain.accounts.queries import servers_of
from domain.kernel.caller import Caller, worker
from domain.posts import delivering, leaving
from domain.posts.delivering import Claims, Held, Task
from domain.posts.rules import DeliveryKind
from workers.behind import put_off
from workers.context import Context
from workers.deliveries import Opened, break_off, deliver
from workers.outbox import MOST_HELD, Lane
from workers.upkeep import taken_back

BATCH = 500
"""So many begin to go out while the next are prepared."""
SIDE_BY_SIDE = 4
"""Workspaces whose deliveries are prepared at once: what goes out meanwhile needs connections."""


async def deliver_due(context: Context, *workspace_ids: UUID, now: datetime) -> int:
    """Claims all that is due there, then sends it: accounts side by side, each one's in order."""
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def begin(workspace_id: UUID, rows: Claims) -> None:
        async with places:
            await _begin(context, worker(workspace_id), rows, now=now)

    async with context.outbox.claiming:
        claimed = await _claim(context, workspace_ids, now=now)
        ends = [begin(*each) for each in claimed.items()]
        for error in await asyncio.gather(*ends, return_exceptions=True):
            if error is not None:
                raise error
    return sum(map(len, claimed.values()))


async def _claim(
    context: Context, houses: Sequence[UUID], *, now: datetime
) -> dict[UUID, list[asyncpg.Record]]:
    """As much as the outbox holds, by workspace in the order of lanes."""
    most, lease = context.outbox.room(MOST_HELD), context.settings.lease
    claimed: dict[UUID, list[asyncpg.Record]] = {}
    if most:
        async with context.database.transaction(None) as session:
            rows = await delivering.claim_due(
                session, houses, by=context.worker_id, now=now, lease=lease, most=most
            )
        for row in sorted(rows, key=lambda row: (row["due_at"], row["id"])):
            claimed.setdefault(row["workspace_id"], []).append(row)
    return claimed


async def _begin(context: Context, caller: Caller, claimed: Claims, *, now: datetime) -> None:
    for start in range(0, len(claimed), BATCH):
        tasks = await _prepare(context, caller, claimed[start : start + BATCH], now=now)
        lease_end, speak = now + context.settings.lease, partial(_speak, context)
        left = context.outbox.take(tasks, now, lease_end, speak)
        await put_off(context, caller.workspace_id, left)


async def _prepare(context: Context, caller: Caller, rows: Claims, *, now: datetime) -> list[Task]:
    """One at which it breaks, here or in PostgreSQL, keeps none of the others back.

    Where the engine is away, `break_off` raises that.
    """
    try:
        async with context.database.transaction(caller.workspace_id, is_routine=True) as session:
            tasks = await delivering.prepare(session, caller, rows, now=now)
            unknown = {task.account_id for task in tasks} - context.outbox.servers.keys()
            if unknown:
                context.outbox.servers |= await servers_of(session, caller, unknown)
            return tasks
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one row's
        if len(rows) > 1:
            return [
                task for row in rows for task in await _prepare(context, caller, [row], now=now)
            ]
        await break_off(context, delivering.unprepared(caller, rows[0]), error, now)
        return []


async def keep_leases(context: Context) -> None:
    """Puts off the end of what is held, so that nobody looks up what only waits its turn."""
    for workspace_id, held in _by_workspace(context.outbox.held()).items():
        lease_end = context.of(workspace_id).clock() + context.settings.lease
        async with context.database.transaction(workspace_id) as session:
            kept = await delivering.extend_leases(
                session, worker(workspace_id), held, lease_end=lease_end
            )
        for each in held:
            if each.task.id in kept:
                each.lease_end = lease_end


async def give_back(context: Context, left: Iterable[Held]) -> None:
    """Leaves what was never begun to other workers."""
    for workspace_id, held in _by_workspace(left).items():
        now = context.of(workspace_id).clock()
        async with context.database.transaction(workspace_id) as session:
            await leaving.give_back(session, worker(workspace_id), held, now=now)


async def _speak(context: Context, lane: Lane) -> None:
    opened: Opened | None = None
    while (task := lane.next()) is not None:
        own = context.of(task.workspace_id)
        opened = await deliver(own, task, opened)
        if task.kind is DeliveryKind.WITHDRAW and task.post_id is not None:
            await taken_back(own, task.workspace_id, task.post_id)


def _by_workspace(held: Iterable[Held]) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = {}
    for each in held:
        found.setdefault(each.task.workspace_id, []).append(each)
    return found
