"""What a connection need not ask PostgreSQL before its first statement."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from asyncpg.connection import LoggedQuery

from domain.kernel.connections import Connection
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings

ARRAYS = "SELECT $1::uuid[] AS ids, $2::text[] AS names"
OF_ROWS = "SELECT array_agg(media) AS media FROM media"


@asynccontextmanager
async def connected(
    settings: Settings, statement_cache_size: int = 256
) -> AsyncIterator[tuple[Connection, list[str]]]:
    """A connection, and the names of the statements it asks."""
    url = settings.database_url.get_secret_value()
    connection = await asyncpg.connect(
        url, statement_cache_size=statement_cache_size, connection_class=Connection
    )
    asked: list[str] = []

    def note(query: LoggedQuery) -> None:
        asked.append(query.query)

    connection.add_query_logger(note)
    try:
        yield connection, asked
    finally:
        await connection.close()


async def fetch(connection: Connection, ids: Sequence[UUID]) -> list[object]:
    [row] = await connection.fetch(ARRAYS, ids, ["é"])
    return list(row.values())


async def test_arrays_are_asked_for_once_in_a_process(settings: Settings) -> None:
    ids = [new_id(), new_id()]
    async with connected(settings) as (first, _):
        assert await fetch(first, ids) == [ids, ["é"]]

    async with connected(settings) as (second, asked):
        assert await fetch(second, ids) == [ids, ["é"]]
    assert asked == [ARRAYS]


async def test_arrays_are_known_without_prepared_statements(settings: Settings) -> None:
    """As behind PgBouncer, where a question in between takes the place of the statement."""
    ids = [new_id()]
    for _ in range(2):
        async with connected(settings, statement_cache_size=0) as (connection, _):
            assert await fetch(connection, ids) == [ids, ["é"]]


async def test_types_of_a_database_are_asked_for_each_time(settings: Settings) -> None:
    for _ in range(2):
        async with connected(settings) as (connection, asked):
            assert await connection.fetchval(OF_ROWS) is None
        assert any("typeinfo_tree" in query for query in asked)
