"""The pool of the hot reads: asyncpg's own, whose ceremony a single statement is spared.

To take a connection and give it back costs asyncpg's pool 45 µs, more than the statement on it. So
all but one of its connections are kept out for single statements, which wait for their turn; the
last one is there for transactions. Whatever goes wrong on a connection sends it back through the
pool, which knows how to mend, end and replace it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.kernel.connections import Connection
from domain.kernel.watch import Watch

MOST_QUERIES = 50_000
INACTIVE_S = 300.0
CONNECTS_WITHIN_S = 10.0
"""A server that is there takes milliseconds; asyncpg's own minute is longer than anybody waits."""


class ReadPool(asyncpg.Pool):
    """With a `max_size` of 1 none is kept out.

    `patience_s` bounds a single statement, its turn included, each one of a transaction, and the
    wait for a connection. Raises `TimeoutError` then.
    """

    def __init__(
        self,
        url: str,
        *,
        max_size: int,
        statement_cache_size: int,
        patience_s: float | None = None,
    ) -> None:
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
            timeout=CONNECTS_WITHIN_S,
            command_timeout=patience_s,
        )
        self._patience_s = patience_s
        self._watch = Watch(patience_s)
        self._turns = asyncio.Semaphore(max(max_size - 1, 1))
        self._spare: list[PoolConnectionProxy] = []
        self._keeps_none = max_size == 1

    async def fetch(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as asyncpg's
        return await self._ask(PoolConnectionProxy.fetch, query, *values, **how)

    async def fetchrow(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as above
        return await self._ask(PoolConnectionProxy.fetchrow, query, *values, **how)

    async def fetchval(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as above
        return await self._ask(PoolConnectionProxy.fetchval, query, *values, **how)

    def acquire(self, *, timeout: float | None = None) -> Any:  # noqa: ANN401 - as asyncpg's
        return super().acquire(timeout=self._patience_s if timeout is None else timeout)

    async def close(self) -> None:
        self._keeps_none = True
        while self._spare:
            await self._give_back(self._spare.pop())
        await super().close()

    async def _ask(
        self,
        method: Callable[..., Awaitable[Any]],
        *values: object,
        **how: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        with self._watch.over():
            async with self._turns:
                connection = await self._take()
                try:
                    found = await method(connection, *values, **how)
                except BaseException:
                    await self._give_back(connection)
                    raise
                if self._keeps_none:
                    await self._give_back(connection)
                else:
                    self._spare.append(connection)
                return found

    async def _take(self) -> PoolConnectionProxy:
        while self._spare:
            spare = self._spare.pop()
            if _is_open(spare):
                return spare
            await self._give_back(spare)
        connection: PoolConnectionProxy = await self.acquire()
        connection.bound_statements(None)  # type: ignore[attr-defined] # a proxy hands it on
        return connection

    async def _give_back(self, connection: PoolConnectionProxy) -> None:
        if _is_open(connection):
            connection.bound_statements(self._patience_s)  # type: ignore[attr-defined] # as above
        await self.release(connection)


def _is_open(connection: PoolConnectionProxy) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        # The pool took it away as it was cut.
        return False


async def _nothing_to_reset(_: object) -> None: ...
