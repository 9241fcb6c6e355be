"""Deliveries with a problem are listed by their index, however many went well."""

from sqlalchemy.dialects import postgresql

from domain.kernel.caller import worker
from domain.kernel.database import Database, driver_of
from domain.kernel.pages import PageRequest
from domain.posts.delivery_queries import DELIVERIES_DOWN, DeliveryFilter, chosen
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.ideas.test_plans import analyse
from tests.engines import Servers
from tests.world import make_account, make_workspace

ROWS = """
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id, state,
                        due_at, checkpoint, attempts, look_ups, refs, problem)
SELECT $1, gen_random_uuid(), 1, CAST($3 AS timestamptz) + n * interval '1 second', $3, 'publish',
       $2, CASE WHEN n <= 20 THEN 'failed' ELSE 'done' END, $3, '{}', 0, 0, '[]',
       CASE WHEN n <= 20 THEN '{"code": "network.refused"}'::jsonb END
  FROM generate_series(1, 4000) AS n
"""


async def test_what_went_wrong_is_found_by_its_index(database: Database, servers: Servers) -> None:
    workspace_id = await make_workspace(database)
    account_id = await make_account(
        database, workspace_id, await make_community(database, workspace_id)
    )
    async with database.transaction(workspace_id) as session:
        await (await driver_of(session)).execute(ROWS, workspace_id, account_id, NOW)
    await analyse(servers, "deliveries")
    where = DeliveryFilter(codes=["network.refused"])

    async with database.transaction(workspace_id) as session:
        found = await chosen(session, worker(workspace_id), where)
        listed = DELIVERIES_DOWN.after(found, PageRequest(50))
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types it not
        asked = listed.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        plan = await (await driver_of(session)).fetch(f"EXPLAIN {asked}")

    told = "\n".join(map(str, plan))
    assert "Index Scan Backward using deliveries_with_problem" in told
    assert "Sort" not in told
