"""The worker's timer: work that breaks keeps back nothing else, and never ends it."""

import asyncio
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from tests.workers.gallery import plan, shelve
from tests.workers.stage import Stage, stage
from workers.context import Context
from workers.timer import Timer, WorkBrokenError, run_due

__all__ = ["stage"]


class Breaking:
    """Handles what is due of one workspace; the first time it breaks."""

    def __init__(self, workspace_id: UUID) -> None:
        self.workspace_id = workspace_id
        self.calls = 0
        self.again = asyncio.Event()

    async def __call__(self, context: Context, workspace_id: UUID, *, now: datetime) -> int:  # noqa: ARG002 - the signature of handlers
        if workspace_id != self.workspace_id:
            return 0
        self.calls += 1
        if self.calls == 1:
            raise ValueError
        self.again.set()
        return 0


@pytest.fixture
async def breaking(stage: Stage, tmp_path: Path) -> Breaking:
    """Of a workspace with a post that is due, and a file to be looked at."""
    await plan(stage, await shelve(stage, tmp_path))
    return Breaking(stage.workspace_id)


async def test_work_that_breaks_keeps_back_no_other(stage: Stage, breaking: Breaking) -> None:
    with pytest.raises(WorkBrokenError):
        await run_due(stage.context, {"deliver": breaking, "probe": breaking})

    assert breaking.calls == 2


async def test_timer_goes_on_when_work_breaks(stage: Stage, breaking: Breaking) -> None:
    timer = Timer(stage.context, {"deliver": breaking})
    running = asyncio.create_task(timer.run())

    async with asyncio.timeout(10):
        await breaking.again.wait()
    timer.stop()
    await running

    assert breaking.calls >= 2
