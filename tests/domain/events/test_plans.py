"""Rare events are found along an index of the log, however long that is."""

import pytest

from domain.audit.queries import LATEST_FIRST, conditions
from domain.audit.shapes import AuditFilter
from domain.events.kinds import EventKind
from domain.events.queries import visible
from domain.events.subjects import SubjectKind
from domain.kernel.database import Database
from domain.kernel.pages import PageRequest
from tests.conftest import NOW
from tests.domain.ideas.test_plans import House, analyse
from tests.engines import Servers
from tests.world import make_workspace

ROWS = """
INSERT INTO events (workspace_id, number, id, kind, subject_kind, subject_id, actor, occurred_at,
                    data, hash)
SELECT :workspace, 1000 + n, gen_random_uuid(),
       CASE WHEN n % 400 = 0 THEN 'idea.removed' ELSE 'post.changed' END,
       CASE WHEN n % 400 = 0 THEN 'idea' ELSE 'post' END, gen_random_uuid(), 'worker', :now, '{}',
       ''
  FROM generate_series(1, 20000) AS n
"""


@pytest.fixture
async def house(database: Database, servers: Servers) -> House:
    workspace_id = await make_workspace(database)
    made = House(database, workspace_id)
    await made.run(ROWS, workspace=workspace_id, now=NOW)
    await analyse(servers, "events")
    return made


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (AuditFilter(kinds=(EventKind("idea.removed"),)), "events_of_kind"),
        (AuditFilter(subject_kinds=(SubjectKind("idea"),)), "events_about_kind"),
    ],
)
async def test_rare_events_are_found_by_their_index(
    house: House, where: AuditFilter, index: str
) -> None:
    found = visible(house.caller).where(*conditions(where))

    plan = await house.plan(LATEST_FIRST.after(found, PageRequest(50)))

    assert index in plan
    assert "Seq Scan" not in plan
    assert "events_pkey" not in plan
