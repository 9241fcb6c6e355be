"""Workers are killed while they compute plans by new rules: each is moved, and told of, once."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from domain.kernel.ids import read
from tests.house import open_house
from tests.rules_of_zones import write_rules
from tests.stack import PATIENCE_S, running_stack

PLANS, KILLS, NEW = 1200, 3, "2999a"
DRAFTS = """
INSERT INTO posts (workspace_id, id, version, created_at, updated_at, community_id, calendar_id,
                   title, text, labels, media_ids, state, wall_time, time_zone, publish_at)
SELECT workspace_id, gen_random_uuid(), 1, now(), now(), community_id, id, 'Vigne', '', '{}', '{}',
       'draft', at, 'Europe/Zurich', at AT TIME ZONE 'UTC' - interval '2 hours'
  FROM calendars, generate_series(1, $2::int) AS n,
       LATERAL (SELECT timestamp '2027-06-01 09:00' + n * interval '1 minute' AS at) AS planned
 WHERE id = $1
"""
RULES = "SELECT count(*) FROM zone_rules WHERE version = $1"
TOLD = "SELECT count(*) FROM events WHERE kind = 'post.replanned'"
MOVED = """
SELECT count(*) FROM posts p
  JOIN (SELECT DISTINCT subject_id FROM events WHERE kind = 'post.replanned') AS told
    ON told.subject_id = p.id
 WHERE p.version = 2 AND p.publish_at = p.wall_time AT TIME ZONE 'UTC' - interval '1 hour'
"""


async def counted(owner: asyncpg.Connection, query: str, *values: object) -> int:
    found: int = await owner.fetchval(query, *values)
    return found


async def until(owner: asyncpg.Connection, query: str, least: int, *values: object) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await counted(owner, query, *values) < least:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.01)


@pytest.mark.timeout(300)
async def test_every_plan_is_moved_once_whenever_workers_are_killed(
    tmp_path: Path,
) -> None:
    write_rules(tmp_path, NEW, {"Europe/Zurich": "Africa/Lagos"})
    with running_stack(tmp_path / "stack", PYTHONTZPATH="") as stack:
        house = open_house(stack, handle="zones")
        owner = await asyncpg.connect(stack.engines.owner_url)
        await owner.execute(DRAFTS, read("cal", house.calendar), PLANS)
        # The rules of the package hold everywhere before newer ones come.
        await until(owner, "SELECT count(*) FROM zone_rules", 1)
        stack.kill_worker()

        for kill in range(KILLS):
            worker = stack.start_worker(PYTHONTZPATH=str(tmp_path))
            await until(owner, TOLD, 1 + kill * PLANS // (KILLS + 1))
            assert worker.poll() is None
            stack.kill_worker()
        seen = await counted(owner, TOLD)
        stack.start_worker(PYTHONTZPATH=str(tmp_path))
        await until(owner, RULES, 1, NEW)

        assert 0 < seen < PLANS
        assert await counted(owner, TOLD) == PLANS
        assert await counted(owner, MOVED) == PLANS
        await owner.close()
