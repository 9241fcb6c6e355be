"""The plans of the hot reads, as the application's role gets them inside the functions."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.mentions import statements
from domain.mentions.inbox import HIGHEST, LATEST
from tests.inboxes import Inbox, item, make_inbox
from tests.world import make_workspace

TODAY = datetime.now(UTC).replace(microsecond=0)


class Watched:
    """A connection of the application's role that tells the plans of nested statements."""

    def __init__(self, connection: asyncpg.Connection, inbox: Inbox) -> None:
        self.connection = connection
        self._inbox = inbox
        self.account_id = inbox.reading.account_id
        self._told: list[str] = []
        connection.add_log_listener(lambda _, message: self._told.append(str(message)))

    async def plans(self, statement: str, *values: object) -> str:
        """Every plan that a call made, as one text."""
        self._told.clear()
        await self.connection.fetch(statement, self._inbox.workspace_id, *values)
        return "\n".join(self._told)


@pytest.fixture
async def inbox(database: Database) -> Inbox:
    """Enough rows, some of them another workspace's, that an index is worth its while."""
    found = await make_inbox(database, await make_workspace(database))
    other = await make_inbox(database, await make_workspace(database))
    for each, count, more in ((found, 4000, ""), (other, 4000, " voisin")):
        await each.take(
            *(
                item(
                    number,
                    text="la vigne" if number % 200 == 0 else f"mot{number % 97} autre{more}",
                    said_at=TODAY - timedelta(minutes=20 * number),
                )
                for number in range(count)
            ),
            now=TODAY,
        )
    return found


@pytest.fixture
async def watched(settings: Settings, inbox: Inbox) -> AsyncIterator[Watched]:
    owner = settings.migration_database_url
    assert owner is not None
    url = owner.get_secret_value().replace("parvis_owner", "postgres")
    connection = await asyncpg.connect(url)
    try:
        # Statistics for the planner, and no words left in the index's waiting list.
        await connection.execute("VACUUM ANALYZE mentions")
        await connection.execute("VACUUM ANALYZE mention_words")
        await connection.execute(
            "LOAD 'auto_explain';"
            "SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
            "SET auto_explain.log_level = 'notice'; SET ROLE parvis_app"
        )
        yield Watched(connection, inbox)
    finally:
        await connection.close()


async def test_inbox_walks_the_index_of_status_and_network(watched: Watched) -> None:
    plans = await watched.plans(
        "SELECT * FROM parvis_inbox($1, 'open', 'sandbox', $2, $3, 50)", LATEST, HIGHEST
    )

    assert "using mentions_by_status_network on mentions" in plans
    assert "Sort" not in plans
    assert "Seq Scan on mentions" not in plans


@pytest.mark.parametrize(
    ("filters", "unread", "sort", "index"),
    [
        ('{"status": ["open"]}', None, "received_at", "mentions_by_received"),
        ("{}", None, "-said_at", "mentions_by_said"),
        ("{}", True, "-said_at", "mentions_unread"),
    ],
)
async def test_other_views_walk_an_index_in_their_order(
    watched: Watched, filters: str, unread: object, sort: str, index: str
) -> None:
    edge = LATEST if sort.startswith("-") else datetime.min  # noqa: DTZ901 - asyncpg's -infinity
    plans = await watched.plans(
        "SELECT * FROM parvis_inbox_any($1, $2, $3, NULL, NULL, $4, $5, $6, 50)",
        filters,
        unread,
        sort,
        edge,
        HIGHEST,
    )

    assert f"using {index} on mentions" in plans
    assert "Sort" not in plans


@pytest.mark.parametrize("filters", ["{}", '{"status": ["open"]}'])
async def test_search_finds_words_by_their_index(watched: Watched, filters: str) -> None:
    plans = await watched.plans(
        "SELECT * FROM parvis_inbox_found($1, 'vigne', $2, NULL, $3, $4, '-said_at', $5, $6, 50)",
        filters,
        TODAY - timedelta(days=90),
        TODAY,
        LATEST,
        HIGHEST,
    )

    assert "_words_idx" in plans
    assert "Index Cond: ((workspace_id = " in plans
    assert "using mentions_pkey on mentions" in plans


async def test_word_that_only_others_say_is_walked_for_through_one_month_at_most(
    watched: Watched,
) -> None:
    plans = await watched.plans(
        "SELECT * FROM parvis_inbox_found($1, $2, '{}', NULL, $3, $4, '-said_at', $5, $6, 50)",
        "voisin",
        TODAY - timedelta(days=50),
        TODAY,
        LATEST,
        HIGHEST,
    )

    in_order = re.findall(r"Index Scan Backward using mention_words_\d+_\d+_pkey", plans)
    assert len(in_order) <= 1
    assert "Sort Key: ((w.said_at + " in plans


async def test_what_a_page_answers_is_found_by_one_index(watched: Watched) -> None:
    """A page of an inbox costs what it holds, however long the account's history is."""
    named = [f"m{number}" for number in range(500)]

    await watched.connection.execute("SET plan_cache_mode TO force_generic_plan")
    plans = await watched.plans(statements.STANDING, watched.account_id, named)

    assert "using mentions_identity on mentions" in plans
    assert "(remote_id = ANY (" in plans
    assert "Seq Scan" not in plans


async def test_search_of_another_workspace_finds_nothing(inbox: Inbox, database: Database) -> None:
    """The function reads as the owner: the tenant's lock is its own."""
    statement = (
        "SELECT * FROM parvis_search('vigne', '{}', NULL, '2020-01-01', now() + '1 day', true, "
        "'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 50)"
    )
    other = await make_inbox(database, await make_workspace(database))
    unset = await database.reads.fetch(statement)

    assert len(await inbox.rows(statement)) == 20
    assert await other.rows(statement) == []
    assert unset == []


async def test_application_cannot_reach_a_partition(database: Database) -> None:
    names: list[Any] = await database.reads.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'partitions' AND c.relkind = 'r'"
    )

    assert len(names) > 12
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.reads.fetch("SELECT 1 FROM partitions.mention_words_default")
