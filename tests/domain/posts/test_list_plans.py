"""Posts and deliveries of a network are found along the order of their lists, however many."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlalchemy.dialects import postgresql
from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.kernel.caller import worker
from domain.kernel.database import Database, driver_of
from domain.kernel.pages import PageRequest, Sort
from domain.posts import delivery_queries, queries
from domain.posts.delivery_queries import DELIVERIES_DOWN, DeliveryFilter
from domain.posts.queries import PostFilter, PostSort
from domain.posts.tables import Delivery, Post
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.ideas.test_plans import analyse
from tests.domain.posts.build import make_posts
from tests.engines import Servers
from tests.world import make_account, make_workspace, small_database

OWN = "parvis_list_plans"
POSTS = 4000
ACCOUNTS = 5
IDLE = 60
NETWORK = "sandbox"
SAID = """
WITH said AS (
    SELECT p.workspace_id, p.id AS post_id, p.created_at,
           ($2::uuid[])[1 + abs(hashtext(p.id::text)) % cardinality($2::uuid[])] AS account_id
      FROM posts p WHERE p.workspace_id = $1
), variant AS (
    INSERT INTO variants (workspace_id, id, version, created_at, updated_at, post_id, account_id,
                          visibility)
    SELECT workspace_id, gen_random_uuid(), 1, created_at, created_at, post_id, account_id, 'public'
      FROM said
)
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id,
                        post_id, state, due_at, checkpoint, attempts, look_ups, refs)
SELECT workspace_id, gen_random_uuid(), 1, created_at, created_at, 'publish', account_id, post_id,
       'done', created_at, '{}', 1, 0, '[]'
  FROM said
"""


@pytest.fixture
async def database(servers: Servers, redis: ArqRedis) -> AsyncIterator[Database]:
    """Of its own: what other tests leave behind counts in plans."""
    servers.make(OWN, template="parvis_template")
    async with small_database(servers.app_url(OWN), redis) as opened:
        yield opened
    servers.engines.drop_database(OWN)


@pytest.fixture
async def workspace_id(database: Database, servers: Servers) -> UUID:
    """Whose every post goes out by one of five accounts of one network, among idle ones."""
    elsewhere = await make_workspace(database)
    idle_in = await make_community(database, elsewhere)
    for _ in range(IDLE):
        await make_account(database, elsewhere, idle_in, network="mastodon")
    workspace_id = await make_workspace(database)
    community_id = await make_community(database, workspace_id)
    accounts = [await make_account(database, workspace_id, community_id) for _ in range(ACCOUNTS)]
    async with database.transaction(workspace_id) as session:
        command = CreateCalendar(community_id=community_id, name="a")
        calendar = await create_calendar(session, worker(workspace_id), command, now=NOW)
    await make_posts(database, workspace_id, calendar.id, POSTS)
    async with database.transaction(workspace_id) as session:
        await (await driver_of(session)).execute(SAID, workspace_id, accounts)
    await analyse(servers, "accounts, posts, variants, deliveries", OWN)
    return workspace_id


async def plan_of(
    database: Database, workspace_id: UUID, listed: SelectOfScalar[Post] | SelectOfScalar[Delivery]
) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types it not
    asked = listed.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    async with database.transaction(workspace_id) as session:
        plan = await (await driver_of(session)).fetch(f"EXPLAIN {asked}")
    return "\n".join(map(str, plan))


async def test_posts_of_a_network_are_found_in_the_order_of_the_list(
    workspace_id: UUID, database: Database
) -> None:
    order = Sort(PostSort.CREATED_DOWN, (col(Post.created_at), col(Post.id)), ())
    where = PostFilter(networks=[NETWORK])
    async with database.transaction(workspace_id) as session:
        found = await queries.chosen(session, worker(workspace_id), where)

    told = await plan_of(database, workspace_id, order.after(found, PageRequest(50)))

    assert "Index Scan Backward using posts_by_created" in told
    assert "Sort" not in told


async def test_deliveries_of_a_network_are_found_in_the_order_of_the_list(
    workspace_id: UUID, database: Database
) -> None:
    where = DeliveryFilter(networks=[NETWORK])
    async with database.transaction(workspace_id) as session:
        found = await delivery_queries.chosen(session, worker(workspace_id), where)

    told = await plan_of(database, workspace_id, DELIVERIES_DOWN.after(found, PageRequest(50)))

    assert "Index Scan Backward using deliveries_by_created" in told
    assert "Sort" not in told
