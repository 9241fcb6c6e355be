"""A window of occasions is one read along an index."""

from datetime import timedelta

import pytest

from domain.kernel.database import Database
from domain.kernel.pages import PageRequest
from domain.occasions import queries
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.domain.ideas.test_plans import House, analyse
from tests.engines import Servers
from tests.world import make_workspace

ROWS = """
WITH calendars AS (
    INSERT INTO event_calendars (workspace_id, id, version, created_at, updated_at, community_id,
                                 name, url, etag, modified, read_by, failures)
    SELECT :workspace, gen_random_uuid(), 1, now(), now(), :community, 'a', 'a' || n, '', '', '', 0
      FROM generate_series(1, 20) AS n
    RETURNING id
)
INSERT INTO occasions (workspace_id, id, version, created_at, updated_at, community_id,
                       event_calendar_id, uid, recurrence, title, description, place, is_all_day,
                       starts_on, ends_on, starts_at, ends_at)
SELECT :workspace, gen_random_uuid(), 1, now(), now(), :community, calendars.id, 'u' || n, '', '',
       '', '', false, at, at, at, at + interval '1 hour'
  FROM calendars, generate_series(1, 500) AS n,
       LATERAL (SELECT CAST(:now AS timestamptz) + n * interval '1 day' AS at) AS said
"""


@pytest.fixture
async def house(database: Database, servers: Servers) -> House:
    workspace_id = await make_workspace(database)
    community_id = await make_community(database, workspace_id)
    made = House(database, workspace_id)
    await made.run(ROWS, workspace=workspace_id, community=community_id, now=NOW)
    await analyse(servers, "occasions")
    return made


async def test_a_window_walks_its_index(house: House) -> None:
    statement = queries._going_on(house.caller, NOW, NOW + timedelta(days=31), (), ())

    plan = await house.plan(queries.BY_TIME.after(statement, PageRequest(50)))

    assert "Index Scan using occasions_in_time" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
