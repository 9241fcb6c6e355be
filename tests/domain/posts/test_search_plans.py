"""Rare words of posts are found by their index, common ones along the order of the list."""

from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.dialects import postgresql
from sqlmodel import col

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.kernel.caller import worker
from domain.kernel.database import Database, driver_of
from domain.kernel.pages import PageRequest, Sort
from domain.posts.queries import PostSort, visible
from domain.posts.searching import MOST_NAMED, says
from domain.posts.tables import Post
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.posts.build import make_posts
from tests.engines import Servers
from tests.world import make_workspace

POSTS = 3 * MOST_NAMED
EXPLAINED = (
    "LOAD 'auto_explain';"
    "SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
    "SET auto_explain.log_level = 'notice'; SET ROLE parvis_app"
)


@pytest.fixture
async def workspace_id(database: Database, servers: Servers) -> UUID:
    """Enough posts, half of them another workspace's, that an index is worth its while."""
    for _ in range(2):
        workspace_id = await make_workspace(database)
        community_id = await make_community(database, workspace_id)
        async with database.transaction(workspace_id) as session:
            command = CreateCalendar(community_id=community_id, name="a")
            calendar = await create_calendar(session, worker(workspace_id), command, now=NOW)
        await make_posts(database, workspace_id, calendar.id, POSTS, one_in=2)
    owner = await asyncpg.connect(servers.owner_url("parvis_tests"))
    for table in ("posts", "post_words"):
        await owner.execute(f"VACUUM ANALYZE {table}")
    await owner.close()
    return workspace_id


async def test_rare_words_are_found_by_their_index(workspace_id: UUID, servers: Servers) -> None:
    url = servers.owner_url("parvis_tests").replace("parvis_owner", "postgres")
    connection, told = await asyncpg.connect(url), list[str]()
    connection.add_log_listener(lambda _, message: told.append(str(message)))
    await connection.execute(EXPLAINED)
    async with connection.transaction():
        await connection.execute(f"SET LOCAL parvis.workspace = '{workspace_id}'")
        found = await connection.fetchval("SELECT cardinality(parvis_posts_found('mot5', 2001))")
    await connection.close()

    assert found == POSTS // 2 // 97 + 1
    plans = "\n".join(told)
    assert "Bitmap Index Scan on post_words_by_word" in plans
    assert "Index Cond: ((workspace_id = " in plans
    assert "(words @@ '''mot5'''::tsquery)" in plans


async def test_common_words_are_found_in_the_order_of_the_list(
    workspace_id: UUID, database: Database
) -> None:
    order = Sort(PostSort.CREATED_DOWN, (col(Post.created_at), col(Post.id)), ())
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types it not
    async with database.transaction(workspace_id) as session:
        common = visible(worker(workspace_id)).where(await says(session, "fréquent"))
        listed = order.after(common, PageRequest(50))
        asked = listed.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        plan = await (await driver_of(session)).fetch(f"EXPLAIN {asked}")

    told = "\n".join(map(str, plan))
    assert "Index Scan Backward using posts_by_created" in told
    assert "Index Scan using post_words_pkey" in told
    assert "Sort" not in told
