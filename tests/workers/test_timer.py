"""The worker's timer: work that breaks keeps back nothing else, and never ends it."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from asyncpg.exceptions import InternalClientError
from sqlmodel import update

from domain.accounts.tables import Account
from domain.connector.http import Call, Reply
from domain.kernel.database import Database
from tests.workers.gallery import plan, shelve
from tests.workers.stage import Stage, beside, stage
from workers.clocks import Handles
from workers.context import Context
from workers.mentions import read_due
from workers.outbox import Outbox
from workers.posts import deliver_due
from workers.slots import Slots
from workers.timer import Timer, WorkBrokenError, run_due

__all__ = ["beside", "stage"]


class Breaking:
    """Handles what is due of one workspace; the first time it breaks."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.calls = 0
        self.error: Exception = ValueError()
        self.again = asyncio.Event()

    async def __call__(self, context: Context, *workspace_ids: UUID, now: datetime) -> int:  # noqa: ARG002 - the signature of handlers
        if self.workspace_id not in workspace_ids:
            return 0
        self.calls += 1
        if self.calls == 1:
            raise self.error
        self.again.set()
        return 0


class BreakingPool:
    """A pool that breaks when it is first asked what is due."""

    def __init__(self, pool: asyncpg.Pool, error: Exception) -> None:
        self.pool = pool
        self.errors = [error]

    async def fetch(self, statement: str, *values: object) -> Any:
        if self.errors:
            raise self.errors.pop()
        return await self.pool.fetch(statement, *values)

    async def fetchval(self, statement: str) -> Any:
        return await self.pool.fetchval(statement)


@pytest.fixture
async def breaking(stage: Stage, tmp_path: Path) -> Breaking:
    """Of a workspace with a post that is due, and a file to be looked at."""
    await plan(stage, await shelve(stage, tmp_path))
    return Breaking(stage.workspace_id)


@pytest.mark.parametrize("error", [ValueError(), asyncpg.CheckViolationError("refused")])
async def test_work_that_breaks_keeps_back_no_other(
    stage: Stage, breaking: Breaking, error: Exception
) -> None:
    breaking.error, probing = error, Breaking(stage.workspace_id)
    probing.calls = 1

    with pytest.raises(WorkBrokenError):
        await run_due(stage.context, {"deliver": breaking, "probe": probing})

    assert probing.calls == 2


async def test_posts_that_break_together_go_out_each_workspace_alone(
    stage: Stage, beside: Stage
) -> None:
    ours, called = {stage.workspace_id, beside.workspace_id}, []
    for each in (stage, beside):
        await each.plan("due", await each.account())

    async def handle(context: Context, *workspace_ids: UUID, now: datetime) -> int:  # noqa: ARG001 - the signature of handlers
        called.append(ours.intersection(workspace_ids))
        if len(workspace_ids) > 1:
            raise ValueError
        return 1

    with pytest.raises(WorkBrokenError):
        await run_due(stage.context, {"deliver": handle})

    assert called[0] == ours
    assert sorted(map(len, called[1:]))[-2:] == [1, 1]
    assert set().union(*called[1:]) == ours


async def test_reading_gives_way_to_what_is_due_for_ten_seconds(stage: Stage) -> None:
    context = replace(stage.context, outbox=Outbox(1))
    stage.network.gate.clear()
    account_id, read_at, begin = await stage.account(), [], stage.now
    for text in ("first", "second"):
        await stage.plan(text, account_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Account).values(read_at=begin))
    await deliver_due(context, stage.workspace_id, now=begin)

    async def read(context: Context, workspace_id: UUID, *, now: datetime) -> int:  # noqa: ARG001 - the signature of handlers
        if workspace_id == stage.workspace_id:
            read_at.append(now)
        return 0

    for seconds in (0, 9, 10):
        stage.now = begin + timedelta(seconds=seconds)
        await run_due(context, {"read": read})
    stage.network.gate.set()
    await stage.quiet()

    assert read_at == [begin + timedelta(seconds=10)]


async def test_readings_that_hang_leave_slots_to_what_people_wait_for(stage: Stage) -> None:
    """A login was tried, and a mail sent, once the last of the slow inboxes was read."""
    answered, full, begun = asyncio.Event(), asyncio.Event(), list[str]()
    for _ in range(6):
        await stage.account()
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Account).values(read_at=stage.now, connect_at=stage.now))

    async def hang(call: Call) -> Reply:
        begun.append("read")
        if len(begun) == 4:
            full.set()
        await answered.wait()
        return Reply(503, {}, b"", call.url)

    async def connect(context: Context, workspace_id: UUID, *, now: datetime) -> int:  # noqa: ARG001 - the signature of handlers
        if workspace_id == stage.workspace_id:
            begun.append("connect")
        return 0

    context = replace(stage.context, slots=Slots(5), http=hang)
    await read_due(context, stage.workspace_id, now=stage.now)
    async with asyncio.timeout(20):
        await full.wait()
    await run_due(context, {"read": read_due, "connect": connect})
    answered.set()
    await context.slots.drain(20)

    assert begun == [*["read"] * 4, "connect"]


async def test_a_turn_does_posts_first_and_then_what_is_due_longest_until_its_time_is_over(
    stage: Stage,
) -> None:
    done: list[str] = []

    def handler(work: str) -> Handles:
        async def handle(context: Context, *workspace_ids: UUID, now: datetime) -> int:  # noqa: ARG001 - the signature of handlers
            if stage.workspace_id not in workspace_ids:
                return 0
            done.append(work)
            return 1

        return handle

    handlers = {work: handler(work) for work in ("read", "measure", "deliver")}
    await stage.plan("due", await stage.account())
    longer = stage.now - timedelta(seconds=1)
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Account).values(read_at=stage.now, measure_at=longer))

    await run_due(stage.context, handlers, most_s=0)
    await run_due(stage.context, handlers)

    assert done == ["deliver", "deliver", "measure", "read"]


async def test_timer_goes_on_when_work_breaks(stage: Stage, breaking: Breaking) -> None:
    timer = Timer(stage.context, {"deliver": breaking})
    running = asyncio.create_task(timer.run())

    async with asyncio.timeout(10):
        await breaking.again.wait()
    timer.stop()
    await running

    assert breaking.calls >= 2


@pytest.mark.parametrize("error", [InternalClientError("PostgreSQL died"), ValueError("no such")])
async def test_timer_goes_on_when_what_is_due_cannot_be_told(
    stage: Stage, breaking: Breaking, error: Exception
) -> None:
    kept = stage.context.database
    pool: Any = BreakingPool(kept.reads, error)
    database = Database(kept._engine, pool, kept._nudges)
    timer = Timer(replace(stage.context, database=database), {"deliver": breaking})
    running = asyncio.create_task(timer.run())

    async with asyncio.timeout(10):
        await breaking.again.wait()
    timer.stop()
    await running

    assert pool.errors == []
