"""All workspaces are visited, few at a time, and slots are left to what falls due."""

import asyncio
from uuid import UUID

from arq.connections import ArqRedis
from structlog.testing import capture_logs

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.networks.scripted import ScriptedHttp
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.context import Context
from workers.rounds import SIDE_BY_SIDE, begin_round

ALL = range(SIDE_BY_SIDE + 2)


async def test_few_workspaces_are_visited_side_by_side_and_the_others_after(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    context = make_context(settings, database, redis, ScriptedHttp([]))
    workspaces = {await make_workspace(database) for _ in ALL}
    visited: list[UUID] = []
    go_on, crowded = asyncio.Event(), asyncio.Event()
    free = context.slots.free(100)

    async def visit(_: Context, workspace_id: UUID) -> None:
        visited.append(workspace_id)
        if len(visited) == SIDE_BY_SIDE:
            crowded.set()
        await go_on.wait()

    begin_round(context, visit)
    async with asyncio.timeout(5):
        await crowded.wait()
    await asyncio.sleep(0.05)
    assert (len(visited), free - context.slots.free(100)) == (SIDE_BY_SIDE, 1)

    go_on.set()
    await context.slots.drain(5)
    assert set(visited) >= workspaces
    assert len(visited) == len(set(visited))


async def test_a_visit_that_breaks_is_logged_and_keeps_back_no_other(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    context = make_context(settings, database, redis, ScriptedHttp([]))
    broken, well = [await make_workspace(database) for _ in range(2)]
    visited: list[UUID] = []

    async def visit(_: Context, workspace_id: UUID) -> None:
        visited.append(workspace_id)
        if workspace_id == broken:
            raise ValueError

    with capture_logs() as logs:
        begin_round(context, visit)
        await context.slots.drain(5)

    assert {broken, well} <= set(visited)
    assert [log["event"] for log in logs] == ["work.broken"]
