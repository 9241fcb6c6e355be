"""Single statements go over few connections, and none of them is lost whatever happens on one."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from domain.kernel.reads import ReadPool
from domain.kernel.settings import Settings

SIZE = 3
PATIENCE_S = 1.0
OURS = "SELECT pg_backend_pid()"
SLOW = "SELECT pg_sleep(60)"


@pytest.fixture
async def reads(settings: Settings) -> AsyncIterator[ReadPool]:
    url = settings.database_url.get_secret_value()
    pool = await ReadPool(url, max_size=SIZE, statement_cache_size=256)
    yield pool
    async with asyncio.timeout(5):
        await pool.close()


async def ask_all(reads: ReadPool) -> set[int]:
    """The connections that many statements at once went over."""
    async with asyncio.timeout(10):
        return set(await asyncio.gather(*(reads.fetchval(OURS) for _ in range(50))))


async def test_one_connection_is_left_for_transactions(reads: ReadPool) -> None:
    asked = await ask_all(reads)

    assert len(asked) == SIZE - 1
    async with asyncio.timeout(5), reads.acquire() as connection, connection.transaction():
        assert await connection.fetchval(OURS) not in asked


async def test_rows_are_those_of_asyncpg(reads: ReadPool) -> None:
    [row] = await reads.fetch("SELECT $1::int AS one", 1)
    assert row["one"] == 1
    assert tuple(await reads.fetchrow("SELECT 1, 2")) == (1, 2)
    assert await reads.fetchval("SELECT 1, 2", column=1) == 2


async def test_refused_statements_use_up_no_connection(reads: ReadPool) -> None:
    for _ in range(SIZE * 2):
        with pytest.raises(asyncpg.UndefinedTableError):
            await reads.fetch("SELECT FROM nowhere")

    assert len(await ask_all(reads)) == SIZE - 1


async def test_connection_that_was_cut_is_replaced(reads: ReadPool, settings: Settings) -> None:
    asked = await ask_all(reads)
    owner = settings.migration_database_url
    assert owner is not None
    url = owner.get_secret_value().replace("parvis_owner", "postgres")
    connection = await asyncpg.connect(url)
    await connection.executemany("SELECT pg_terminate_backend($1)", [(pid,) for pid in asked])
    await connection.close()
    # Those who come before it is noticed are told so, and nobody after them.
    await asyncio.gather(*(reads.fetchval(OURS) for _ in range(SIZE)), return_exceptions=True)

    assert await ask_all(reads) & asked == set()


async def test_statements_that_are_given_up_make_room_for_those_who_wait(reads: ReadPool) -> None:
    asking = [asyncio.create_task(reads.fetchval(SLOW)) for _ in range(SIZE)]
    waiting = asyncio.create_task(ask_all(reads))
    await asyncio.sleep(0)
    for task in asking:
        task.cancel()

    assert len(await waiting) <= SIZE
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in outcomes] == [asyncio.CancelledError] * SIZE
    assert len(await ask_all(reads)) == SIZE - 1


async def test_whoever_waits_and_goes_takes_no_connection_along(reads: ReadPool) -> None:
    asking = [asyncio.create_task(reads.fetchval("SELECT pg_sleep(0.05)")) for _ in range(20)]
    await asyncio.sleep(0)
    for task in asking[::2]:
        task.cancel()

    await asyncio.gather(*asking, return_exceptions=True)
    assert len(await ask_all(reads)) == SIZE - 1


async def test_server_that_cannot_be_reached_is_told_to_all_who_wait(reads: ReadPool) -> None:
    reads.set_connect_args("postgresql://parvis_app@127.0.0.1:1/parvis")
    await reads.expire_connections()

    async with asyncio.timeout(10):
        asked = (reads.fetchval(OURS) for _ in range(10))
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(each) for each in found} == {ConnectionRefusedError}


async def test_statement_that_takes_too_long_ends_there_as_well(settings: Settings) -> None:
    """Its connection serves whoever asks next; those who wait for theirs wait no longer either."""
    url = settings.database_url.get_secret_value()
    async with await ReadPool(
        url, max_size=2, statement_cache_size=256, patience_s=PATIENCE_S
    ) as pool:
        before = await pool.fetchval(OURS)
        asked = (pool.fetchval(SLOW) for _ in range(3))
        found = await asyncio.gather(*asked, return_exceptions=True)
        after = await pool.fetchval(OURS)

    assert [type(each) for each in found] == [TimeoutError] * 3
    assert after == before


async def test_transactions_are_bound_by_the_statement(settings: Settings) -> None:
    """Whichever connection they get: one that served single statements, too."""
    url = settings.database_url.get_secret_value()
    async with await ReadPool(
        url, max_size=1, statement_cache_size=256, patience_s=PATIENCE_S
    ) as pool:
        await pool.fetchval(OURS)
        for _ in range(2):
            async with pool.acquire() as connection:
                with pytest.raises(TimeoutError):
                    await connection.fetchval(SLOW)
