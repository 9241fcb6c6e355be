"""Row-level security of callers who are held to communities, table by table."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.kernel.database import Database, held
from tests.held import Place, make_place
from tests.held import held as held_to
from tests.world import make_workspace

TABLES = """
SELECT c.relname, EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid
                             AND p.polname = 'held' AND NOT p.polpermissive) AS is_held
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity
"""


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    return await make_workspace(database)


@pytest.fixture
async def seen(database: Database, workspace_id: UUID) -> Place:
    return await make_place(database, workspace_id, word="raclette")


@pytest.fixture
async def hidden(database: Database, workspace_id: UUID) -> Place:
    return await make_place(database, workspace_id, word="fondue")


async def held_tables(database: Database) -> dict[str, bool]:
    return {row["relname"]: row["is_held"] for row in await database.reads.fetch(TABLES)}


async def rows_of(
    database: Database, workspace_id: UUID, table: str, communities: frozenset[UUID] | None
) -> list[str]:
    async with database.transaction(workspace_id, communities) as session:
        found = await session.exec(text(f"SELECT to_jsonb(t) FROM {table} t"))  # type: ignore[call-overload]  # SQLModel types no text()
        return [str(row) for row in found.scalars()]


def names(place: Place, rows: list[str]) -> bool:
    """Whether any row is of a place: it names something in it."""
    return any(str(id_) in row for row in rows for id_ in place.ids.values())


async def test_every_held_table_shows_rows_of_the_seen_community_alone(
    database: Database, workspace_id: UUID, seen: Place, hidden: Place
) -> None:
    filled = []
    for table in sorted(name for name, is_held in (await held_tables(database)).items() if is_held):
        whole = await rows_of(database, workspace_id, table, None)
        rows = await rows_of(database, workspace_id, table, frozenset({seen.community_id}))
        assert (table, names(hidden, rows)) == (table, False)
        if names(hidden, whole):
            filled.append(table)
            assert (table, names(seen, rows)) == (table, table != "events")

    assert filled == sorted(
        [
            "accounts",
            "adaptations",
            "answers",
            "approval_policies",
            "attempts",
            "authors",
            "calendar_feeds",
            "calendars",
            "campaigns",
            "candidates",
            "closings",
            "communities",
            "consents",
            "conversations",
            "deliveries",
            "event_calendars",
            "events",
            "expert_requests",
            "import_rows",
            "imports",
            "invitations",
            "idea_posts",
            "ideas",
            "measurings",
            "mention_words",
            "mentions",
            "metric_cuts",
            "metric_sources",
            "network_months",
            "occasions",
            "occurrences",
            "pauses",
            "post_versions",
            "post_words",
            "posts",
            "recurrences",
            "review_links",
            "reviews",
            "samples",
            "sources",
            "standings",
            "tallies",
            "update_copies",
            "updates",
            "upkeeps",
            "variants",
        ]
    )


async def test_one_who_is_held_to_no_community_sees_none(
    database: Database, workspace_id: UUID, seen: Place
) -> None:
    rows = await rows_of(database, workspace_id, "communities", frozenset())

    assert seen.community_id is not None
    assert rows == []


async def test_row_of_another_community_is_not_written(
    database: Database, workspace_id: UUID, seen: Place, hidden: Place
) -> None:
    move = text("UPDATE mentions SET community_id = :id")

    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(workspace_id, frozenset({seen.community_id})) as session:
            await session.exec(move, params={"id": hidden.community_id})  # type: ignore[call-overload]  # SQLModel types no text()

    rows = await rows_of(database, workspace_id, "mentions", frozenset({seen.community_id}))
    assert len(rows) == 1


async def test_hold_ends_with_its_transaction(database: Database) -> None:
    """On the very connection that carried it."""
    async with database.reads.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SELECT set_config('parvis.communities', '{}', true)")
            within = await connection.fetchval("SELECT parvis_seen_communities()")
        after = await connection.fetchval("SELECT parvis_seen_communities()")

    assert (within, after) == ([], None)


async def test_hot_reads_of_one_who_is_held_are_told(
    database: Database, workspace_id: UUID, seen: Place
) -> None:
    caller = held_to(workspace_id, seen.community_id)

    async with held(database.reads, caller) as reads:
        told = await reads.fetchval("SELECT parvis_seen_communities()")

    assert told == [seen.community_id]


async def test_search_keeps_to_the_communities_by_itself(
    database: Database, workspace_id: UUID, seen: Place, hidden: Place
) -> None:
    """It reads as the owner: no policy stands in its way."""
    asked = (
        "SELECT mention_id FROM parvis_search('parle', '{}', NULL, '2020-01-01', "
        "now() + '1 day', true, 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 50)"
    )

    async def found(communities: frozenset[UUID] | None) -> list[Any]:
        async with database.transaction(workspace_id, communities) as session:
            return list((await session.exec(text(asked))).scalars())  # type: ignore[call-overload]  # SQLModel types no text()

    both = sorted([seen.ids["men"], hidden.ids["men"]])
    assert sorted(await found(None)) == both
    assert await found(frozenset({seen.community_id})) == [seen.ids["men"]]
    assert await found(frozenset()) == []


async def test_hold_costs_those_who_see_everything_one_reading_a_statement(
    database: Database, workspace_id: UUID, seen: Place
) -> None:
    explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM mentions"

    async def plan(communities: frozenset[UUID] | None) -> str:
        async with database.transaction(workspace_id, communities) as session:
            return "\n".join((await session.exec(text(explain))).scalars())  # type: ignore[call-overload]  # SQLModel types no text()

    whole, some = await plan(None), await plan(frozenset({seen.community_id}))

    assert "IS NULL) OR (community_id = ANY (" in whole
    assert whole.count("InitPlan 1\n") == 1
    assert whole.count("loops=1") == whole.count("loops=") == 2
    assert whole.count("never executed") == 1
    assert "never executed" not in some
