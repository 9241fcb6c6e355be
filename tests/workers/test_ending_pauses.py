"""A pause that ends as something falls due: before that or after it, never in between."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import worker
from domain.kernel.database import driver_of
from domain.kernel.errors import PauseOverdue
from domain.kernel.ids import new_id
from domain.pauses.shapes import EndPause
from domain.posts import delivering
from domain.posts.delivering import Claims, Task
from domain.posts.pausing import end_pause
from tests.workers.stage import LEASE, Stage, stage
from tests.workers.test_order import WAITING_FOR_A_LOCK
from tests.workers.test_pauses import end, pause

__all__ = ["stage"]


async def claim(stage: Stage) -> Claims:
    caller, now = worker(stage.workspace_id), stage.now
    async with stage.database.transaction(stage.workspace_id) as session:
        return await delivering.claim_due(
            session, [caller.workspace_id], by=new_id(), now=now, lease=LEASE, most=10
        )


async def prepare(stage: Stage, rows: Claims) -> list[Task]:
    async with stage.database.transaction(stage.workspace_id) as session:
        caller = worker(stage.workspace_id)
        return await delivering.prepare(session, caller, rows, now=stage.now)


async def until_it_waits(session: AsyncSession, other: asyncio.Task[Any]) -> None:
    """Until another transaction waits for a lock, or is over without one."""
    raw = await driver_of(session)
    waits = False
    while not (waits or other.done()):
        await asyncio.sleep(0)
        waits = bool(await raw.fetchval(WAITING_FOR_A_LOCK))


async def test_what_is_held_while_its_pause_ends_is_asked_about(stage: Stage) -> None:
    """It was held for five minutes more, by a pause that was over."""
    await stage.plan("a", await stage.account())
    made, caller = await pause(stage), worker(stage.workspace_id)
    rows = await claim(stage)

    async with stage.database.transaction(stage.workspace_id) as session:
        left = await delivering.prepare(session, caller, rows, now=stage.now)
        ending = asyncio.create_task(end(stage, made.id))
        await until_it_waits(session, ending)
    with pytest.raises(PauseOverdue, match="meanwhile: 1"):
        await ending

    assert (left, await stage.states()) == ([], ["waiting"])


async def test_what_falls_due_while_its_pause_ends_goes_out(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    made, caller = await pause(stage), worker(stage.workspace_id)
    rows = await claim(stage)

    async with stage.database.transaction(stage.workspace_id) as session:
        await end_pause(session, caller, made.id, EndPause(), now=stage.now)
        await session.flush()
        preparing = asyncio.create_task(prepare(stage, rows))
        await until_it_waits(session, preparing)
    [task] = await preparing

    assert (task.act, await stage.states()) == (delivering.SEND, ["going"])


async def test_what_waits_in_a_worker_while_its_pause_ends_goes_out(stage: Stage) -> None:
    """It was held for five minutes more where the pause ended between the look and the hold."""
    account_id, caller = await stage.account(), worker(stage.workspace_id)
    for text in ("a", "b"):
        await stage.plan(text, account_id)
    stage.network.gate.clear()
    await stage.deliver()
    await stage.network.begun.wait()
    made = await pause(stage)

    stage.now += timedelta(seconds=2)
    async with stage.database.transaction(stage.workspace_id) as session:
        await end_pause(session, caller, made.id, EndPause(), now=stage.now)
        await session.flush()
        stage.network.gate.set()
        going = asyncio.create_task(stage.quiet())
        await until_it_waits(session, going)
    await going

    assert (stage.network.texts, await stage.states()) == (["a", "b"], ["done", "done"])
