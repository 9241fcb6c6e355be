"""The pool of the hot reads: asyncpg's own, whose ceremony a single statement is spared.

To take a connection and give it back costs asyncpg's pool 45 µs, more than the statement on it. So
all but one of its connections are kept out for single statements, which wait for their turn; the
last one is there for transactions. Whatever goes wrong on a connection sends it back through the
pool, which knows how to mend, end and replace it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.kernel.connections import Connection

MOST_QUERIES = 50_000
INACTIVE_S = 300.0
GIVEN_UP_S = 0.5
"""For PostgreSQL to say that it ended a statement; then its connection is dropped."""


class ReadPool(asyncpg.Pool):
    """With a `max_size` of 1 none is kept out."""

    def __init__(self, url: str, *, max_size: int, statement_cache_size: int) -> None:
        super().__init__(
            url,
            min_size=1,
            max_size=max_size,
            max_queries=MOST_QUERIES,
            max_inactive_connection_lifetime=INACTIVE_S,
            loop=None,
            connection_class=Connection,
            record_class=asyncpg.Record,
            statement_cache_size=statement_cache_size,
            # Session state is only ever set inside transactions: nothing to reset.
            reset=_nothing_to_reset,
        )
        self._turns = asyncio.Semaphore(max(max_size - 1, 1))
        self._spare: list[PoolConnectionProxy] = []
        self._keeps_none = max_size == 1

    async def fetch(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as asyncpg's
        return await self._ask(PoolConnectionProxy.fetch, query, *values, **how)

    async def fetchrow(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as above
        return await self._ask(PoolConnectionProxy.fetchrow, query, *values, **how)

    async def fetchval(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as above
        return await self._ask(PoolConnectionProxy.fetchval, query, *values, **how)

    async def close(self) -> None:
        self._keeps_none = True
        while self._spare:
            await self.release(self._spare.pop())
        await super().close()

    async def _ask(
        self,
        method: Callable[..., Awaitable[Any]],
        *values: object,
        **how: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        async with self._turns:
            connection = await self._take()
            try:
                found = await method(connection, *values, **how)
            except BaseException:
                # one that stands still says nothing for as long as it does
                with suppress(TimeoutError):
                    await self.release(connection, timeout=GIVEN_UP_S)
                raise
            if self._keeps_none:
                await self.release(connection)
            else:
                self._spare.append(connection)
            return found

    async def _take(self) -> PoolConnectionProxy:
        while self._spare:
            spare = self._spare.pop()
            if _is_open(spare):
                return spare
            await self.release(spare)
        connection: PoolConnectionProxy = await self.acquire()
        return connection


def _is_open(connection: PoolConnectionProxy) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        # The pool took it away as it was cut.
        return False


async def _nothing_to_reset(_: object) -> None: ...
