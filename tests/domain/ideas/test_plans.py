"""The board and the curation inbox are read along their indexes, page by page."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.dialects.postgresql import dialect
from sqlmodel import text

from domain.ideas import candidate_queries, queries
from domain.ideas.candidate_queries import CandidateFilter, CandidateSort
from domain.ideas.queries import IdeaFilter, IdeaSort
from domain.ideas.rules import CandidateState, IdeaState
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.pages import PageRequest, make_cursor
from tests.engines import Servers
from tests.inboxes import NOW, item, make_inbox
from tests.world import make_workspace

IDEAS = """
INSERT INTO ideas (workspace_id, id, version, created_at, updated_at, community_id, state, question,
                   brief, stance, claims, expert_ids, labels)
SELECT :workspace, gen_random_uuid(), 1, at, at, :community,
       CASE WHEN n % 20 = 0 THEN 'open' ELSE 'closed' END, '?', '', '', '{}', '{}', '{}'
  FROM generate_series(1, 4000) AS n, LATERAL (
       SELECT CAST(:now AS timestamptz) - n * interval '1 minute' AS at) AS said
"""
CANDIDATES = """
INSERT INTO candidates (workspace_id, id, version, created_at, updated_at, community_id, mention_id,
                        origin, note, state, score, reasons)
SELECT workspace_id, gen_random_uuid(), 1, said_at, said_at, community_id, id, 'pick', '',
       CASE WHEN right(remote_id, 1) = '0' THEN 'open' ELSE 'dismissed' END,
       hashtext(remote_id) % 100, '[]'
  FROM mentions
"""


class House:
    """A workspace with so many rows that an index is worth its while."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self.caller = worker(workspace_id)

    async def run(self, statement: str, **values: object) -> None:
        async with self._database.transaction(self._workspace_id) as session:
            await session.exec(text(statement), params=values)  # type: ignore[call-overload]  # SQLModel types no text()

    async def plan(self, statement: Any) -> str:
        """How PostgreSQL reads it, as the application's role."""
        written = statement.compile(dialect=dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect
        async with self._database.transaction(self._workspace_id) as session:
            found = await session.exec(text(f"EXPLAIN {written}"))  # type: ignore[call-overload]  # as above
            return "\n".join(found.scalars())


@pytest.fixture
async def house(database: Database, servers: Servers) -> House:
    workspace_id = await make_workspace(database)
    inbox = await make_inbox(database, workspace_id)
    await inbox.take(*(item(number) for number in range(2000)))
    made = House(database, workspace_id)
    community_id = inbox.reading.community_id
    await made.run(IDEAS, workspace=workspace_id, community=community_id, now=NOW)
    await made.run(CANDIDATES)
    await analyse(servers, "ideas, candidates")
    return made


async def analyse(servers: Servers, tables: str, database: str = "parvis_tests") -> None:
    """What autovacuum does by and by."""
    owner = await asyncpg.connect(servers.owner_url(database))
    await owner.execute(f"ANALYZE {tables}")
    await owner.close()


def page(sort: str, key: object) -> PageRequest:
    return PageRequest(50, make_cursor(sort, key, new_id()))  # type: ignore[arg-type]  # a moment or a number


@pytest.mark.parametrize(
    ("states", "sort", "index"),
    [
        ([IdeaState.OPEN], IdeaSort.CREATED_DOWN, "Backward using ideas_by_state"),
        ([IdeaState.OPEN], IdeaSort.CREATED, "using ideas_by_state"),
        ([IdeaState.OPEN], IdeaSort.UPDATED_DOWN, "Backward using ideas_by_state_updated"),
        ([IdeaState.OPEN], IdeaSort.UPDATED, "using ideas_by_state_updated"),
        ([], IdeaSort.CREATED_DOWN, "Backward using ideas_by_created"),
        ([], IdeaSort.CREATED, "using ideas_by_created"),
        ([], IdeaSort.UPDATED_DOWN, "Backward using ideas_by_updated"),
        ([], IdeaSort.UPDATED, "using ideas_by_updated"),
    ],
)
async def test_board_and_its_columns_walk_the_index_of_their_order(
    house: House, states: list[IdeaState], sort: IdeaSort, index: str
) -> None:
    where = IdeaFilter(states=states)
    begin = page(sort, NOW if sort.startswith("-") else NOW - timedelta(days=3))

    plan = await house.plan(
        queries.order_of(sort).after(queries._filtered(house.caller, where), begin)
    )

    assert f"Index Scan {index} on ideas" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("sort", "key", "index"),
    [
        (CandidateSort.SCORE_DOWN, 45, "candidates_by_state_score"),
        (CandidateSort.CREATED_DOWN, NOW, "candidates_by_state_created"),
    ],
)
async def test_open_candidates_walk_the_index_of_their_order(
    house: House, sort: CandidateSort, key: object, index: str
) -> None:
    where = CandidateFilter(states=[CandidateState.OPEN])
    order = candidate_queries.order_of(sort)

    plan = await house.plan(
        order.after(candidate_queries._filtered(house.caller, where), page(sort, key))
    )

    assert f"Index Scan Backward using {index}" in plan
    assert "Sort" not in plan
