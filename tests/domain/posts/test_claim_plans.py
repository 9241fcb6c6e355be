"""The claim reads what is due in its order and what others hold, however much else there is.

Judging what was claimed reads of its posts those alone that may not go out.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module

import asyncpg
import pytest

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.kernel.caller import worker
from domain.kernel.database import Database, driver_of
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.ideas.test_plans import analyse
from tests.domain.posts.build import make_posts
from tests.engines import Servers
from tests.world import WORKER, make_account, make_workspace

ROWS = """
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id, state,
                        due_at, act_at, checkpoint, attempts, look_ups, refs, claimed_by)
SELECT $1, gen_random_uuid(), 1, $3, $3, 'publish', $2,
       CASE WHEN n % 2 = 0 THEN 'waiting' ELSE 'going' END, $3,
       CASE WHEN n % 2 = 0 THEN $3 ELSE CAST($3 AS timestamptz) + interval '1 minute' END,
       '{}', 0, 0, '[]', $4
  FROM generate_series(1, 4000) AS n
"""

VARIABLES = {
    "house": "uuid",
    "moment": "timestamptz",
    "claimer": "uuid",
    "room": "bigint",
    "locks": "int",
    "free": "uuid[]",
    "lease_end": "timestamptz",
    "asked": "uuid[]",
}
POSTS = 4000
CLAIMS = import_module("migrations.versions.2026-11-28-2316_held_first")
JUDGING = import_module("migrations.versions.2026-11-29-0034_ending_posts")


@pytest.fixture
async def plans(database: Database, servers: Servers) -> dict[str, str]:
    """How both statements of a claim are read where this worker holds 2,000 and as many are due."""
    workspace_id = await make_workspace(database)
    account_id = await make_account(
        database, workspace_id, await make_community(database, workspace_id)
    )
    async with database.transaction(workspace_id) as session:
        raw = await driver_of(session)
        await raw.execute(ROWS, workspace_id, account_id, NOW, WORKER)
    await analyse(servers, "deliveries")
    asked = {
        "house": f"'{workspace_id}'",
        "moment": f"'{NOW}'",
        "claimer": f"'{WORKER}'",
        "room": "100",
        "locks": "500",
        "free": f"'{{{account_id}}}'",
        "lease_end": f"'{NOW + timedelta(minutes=1)}'",
        "asked": "'{}'",
    }
    async with database.transaction(workspace_id, is_routine=True) as session:
        raw = await driver_of(session)
        lock = await plan_of(raw, CLAIMS.LOCK_ACCOUNTS, asked)
        claim = await plan_of(raw, CLAIMS.CLAIM, asked)
    return {"lock": lock, "claim": claim}


async def plan_of(raw: asyncpg.Connection, statement: str, values: Mapping[str, str]) -> str:
    """How `parvis_claim` executes a statement of its own: its variables are parameters."""
    types = ", ".join(VARIABLES.values())
    for place, name in enumerate(VARIABLES, start=1):
        statement = re.sub(rf"\b{name}\b", f"${place}", statement)
    await raw.execute(f"PREPARE claim ({types}) AS {statement}")
    rows = await raw.fetch(
        f"EXPLAIN EXECUTE claim ({', '.join(values[each] for each in VARIABLES)})"
    )
    await raw.execute("DEALLOCATE claim")
    return "\n".join(map(str, rows))


async def test_a_claim_reads_what_is_due_in_its_order(plans: dict[str, str]) -> None:
    assert "Index Scan using deliveries_due_in_order" in plans["lock"]
    assert "Index Scan using deliveries_due_in_order" in plans["claim"]
    assert "Sort" not in plans["claim"]


async def test_a_claim_reads_what_others_hold_alone(plans: dict[str, str]) -> None:
    for plan in plans.values():
        assert plan.count("using deliveries_held") == 3
        assert plan.count("using deliveries_holding_back") == 1
        assert "Seq Scan on deliveries" not in plan


async def test_judging_reads_no_post_that_may_go_out(database: Database, servers: Servers) -> None:
    workspace_id = await make_workspace(database)
    command = CreateCalendar(community_id=await make_community(database, workspace_id), name="a")
    async with database.transaction(workspace_id) as session:
        calendar = await create_calendar(session, worker(workspace_id), command, now=NOW)
    posts = [id_ for id_, _ in await make_posts(database, workspace_id, calendar.id, POSTS)]
    await analyse(servers, "posts")
    asked = dict.fromkeys(VARIABLES, "NULL") | {
        "house": f"'{workspace_id}'",
        "asked": f"'{{{','.join(map(str, posts[:100]))}}}'",
    }
    [judging] = re.findall(r"SELECT EXISTS.*(?=\s+INTO)", JUDGING.FEW, re.DOTALL)

    async with database.transaction(workspace_id, is_routine=True) as session:
        plan = await plan_of(await driver_of(session), judging, asked)

    assert len(posts) == POSTS
    assert plan.count("using posts_on_hold") == 1
    assert plan.count("using posts_ending") == 1
    assert "posts_pkey" not in plan
    assert "Seq Scan on posts" not in plan
