"""Relations keep their plans, and read by their keys, however unlike the workspaces are."""

from uuid import UUID

import asyncpg
import pytest

from domain.kernel.caller import worker
from domain.kernel.database import Database, driver_of
from domain.kernel.ids import new_id
from domain.kernel.prepared import Prepared, of
from domain.mentions.batches import conversations_by_id, mentions_by_post
from domain.metrics.queries import OF_POSTS
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.ideas.test_plans import analyse
from tests.engines import Servers
from tests.world import make_account, make_workspace

SMALL_HOUSES = 40
THREADS = """
INSERT INTO conversations (workspace_id, id, version, created_at, updated_at, community_id,
                           account_id, network, root_remote_id, mention_count, last_mention_at)
SELECT $1, gen_random_uuid(), 1, $4, $4, $2, $3, 'sandbox', 'root-' || n, 1, $4
  FROM generate_series(1, $5::int) AS n
"""
IS_KEPT = "SELECT generic_plans > 0 FROM pg_prepared_statements WHERE statement = $1"
UNTIL_KEPT = 6
BY_ID: Prepared = conversations_by_id.__self__._statement  # type: ignore[attr-defined]  # of a bound method
OF_EACH_POST: Prepared = mentions_by_post.__self__._first  # type: ignore[attr-defined]  # as above


@pytest.mark.parametrize("statement", [BY_ID, OF_EACH_POST, OF_POSTS])
async def test_plan_is_kept_also_for_a_single_one(database: Database, statement: Prepared) -> None:
    workspace_id = await make_workspace(database)
    asked = of(worker(workspace_id), [new_id()]) | {"most": 10}

    async with database.transaction(workspace_id) as session:
        for _ in range(UNTIL_KEPT):
            await statement.rows(session, asked)
        is_kept = await (await driver_of(session)).fetchval(IS_KEPT, statement._written[0])

    assert is_kept


async def test_largest_house_among_small_ones_is_read_by_ids(
    database: Database, servers: Servers
) -> None:
    for _ in range(SMALL_HOUSES):
        await make_threads(database, 5)
    largest = await make_threads(database, 4000)
    await analyse(servers, "conversations")

    async with database.transaction(largest, is_routine=True) as session:
        plan = await plan_of(await driver_of(session), largest)

    assert "Index Scan using conversations_pkey" in plan
    assert "((workspace_id = $2) AND (id = owners.id))" in plan


async def make_threads(database: Database, count: int) -> UUID:
    workspace_id = await make_workspace(database)
    community_id = await make_community(database, workspace_id)
    account_id = await make_account(database, workspace_id, community_id)
    async with database.transaction(workspace_id) as session:
        raw = await driver_of(session)
        await raw.execute(THREADS, workspace_id, community_id, account_id, NOW, count)
    return workspace_id


async def plan_of(raw: asyncpg.Connection, workspace_id: UUID) -> str:
    """How a kept plan reads, whatever it is asked with."""
    text, names = BY_ID._written
    values = {"ids": "'{}'", "workspace": f"'{workspace_id}'"}
    await raw.execute(f"PREPARE by_id AS {text}")
    rows = await raw.fetch(f"EXPLAIN EXECUTE by_id ({', '.join(values[each] for each in names)})")
    await raw.execute("DEALLOCATE by_id")
    return "\n".join(row[0] for row in rows)
