"""What an arriving page is looked up by, in a house of many workspaces with few threads each."""

from uuid import UUID

import asyncpg
import pytest

from domain.kernel.database import Database, driver_of
from domain.mentions import statements
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.ideas.test_plans import analyse
from tests.engines import Servers
from tests.world import make_account, make_workspace

WORKSPACES = 60
THREADS = """
INSERT INTO conversations (workspace_id, id, version, created_at, updated_at, community_id,
                           account_id, network, root_remote_id, mention_count, last_mention_at)
SELECT $1, gen_random_uuid(), 1, $4, $4, $2, $3, 'sandbox', 'root-' || n, 1, $4
  FROM generate_series(1, 400) AS n
"""


DELIVERIES = """
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id, state,
                        due_at, attempts, look_ups, read_backs, checkpoint, remote_id, refs)
SELECT $1, gen_random_uuid(), 1, $3, $3, 'publish', $2, 'done', $3, 1, 0, 0, '{}', n::text,
       CASE n % 50 WHEN 0 THEN jsonb_build_array(n, -n) ELSE jsonb_build_array(n) END
  FROM generate_series(1, 5000) AS n
"""


async def test_later_messages_are_sought_among_threads_alone(
    database: Database, servers: Servers
) -> None:
    workspace_id = await make_workspace(database)
    community_id = await make_community(database, workspace_id)
    account_id = await make_account(database, workspace_id, community_id)
    async with database.transaction(workspace_id) as session:
        raw = await driver_of(session)
        await raw.execute(DELIVERIES, workspace_id, account_id, NOW)
    await analyse(servers, "deliveries")
    async with database.transaction(workspace_id) as session:
        raw = await driver_of(session)
        asked = workspace_id, account_id, ["-50", "-51"], community_id
        plan = "\n".join(await plan_of(raw, statements.LATER, *asked))
    assert "using deliveries_of_several" in plan


async def test_threads_are_looked_up_by_what_began_them(
    database: Database, servers: Servers
) -> None:
    """In an account that came after the last count of rows, too: all of it was walked through."""
    for _ in range(WORKSPACES):
        await _make_threads(database)
    await analyse(servers, "conversations")
    young = await _make_threads(database)
    workspace_id, _ = young
    async with database.transaction(workspace_id) as session:
        raw = await driver_of(session)
        asked = *young, [f"root-{number}" for number in range(500)]
        plan = "\n".join(await plan_of(raw, statements.STANDING, *asked))
    assert "Index Scan using conversations_identity" in plan


async def _make_threads(database: Database) -> tuple[UUID, UUID]:
    """A workspace, and its account that has some."""
    workspace_id = await make_workspace(database)
    community_id = await make_community(database, workspace_id)
    account_id = await make_account(database, workspace_id, community_id)
    async with database.transaction(workspace_id) as session:
        raw = await driver_of(session)
        await raw.execute(THREADS, workspace_id, community_id, account_id, NOW)
    return workspace_id, account_id


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        (statements.AUTHORS, ("sandbox", ["a.example", "b.example"], ["1", "2"])),
        (statements.STANDING, (UUID(int=1), ["1", "2"])),
        (statements.THREADS, (UUID(int=1), [UUID(int=1), UUID(int=2)], ["1", "2"])),
    ],
)
async def test_young_table_is_walked_once_at_most(
    database: Database, statement: str, asked: tuple[object, ...]
) -> None:
    """Before its first statistics the planner may take any index: never once for each name."""
    workspace_id = await make_workspace(database)
    async with database.transaction(workspace_id) as session:
        raw = await driver_of(session)
        plan = await plan_of(raw, statement, workspace_id, *asked)
    assert not any("Nested Loop" in line for line in plan)


async def plan_of(raw: asyncpg.Connection, statement: str, *asked: object) -> list[str]:
    """How it reads within a page, line by line."""
    await raw.execute(statements.LOCK, "")
    prepared = await raw.prepare(statement)
    given = ", ".join(f"'{as_text(each)}'" for each in asked)
    rows = await raw.fetch(f"EXPLAIN EXECUTE {prepared.get_name()} ({given})")
    return [row[0] for row in rows]


def as_text(value: object) -> str:
    return f"{{{','.join(map(str, value))}}}" if isinstance(value, list) else str(value)
