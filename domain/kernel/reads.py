"""The pool of the hot reads: asyncpg's own, whose ceremony a single statement is spared.

To take a connection and give it back costs asyncpg's pool 45 µs, more than the statement on it. So
all but one of its connections are kept out for single statements, who wait in a line of their own;
the last one is there for transactions. Whatever goes wrong on a connection sends it back through
the pool, which knows how to mend, end and replace it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

MOST_QUERIES = 50_000
INACTIVE_S = 300.0
Turn = asyncio.Future[PoolConnectionProxy | None]


class ReadPool(asyncpg.Pool):
    """`max_size` of 1 is asyncpg's pool as it is."""

    def __init__(self, url: str, *, max_size: int, statement_cache_size: int) -> None:
        super().__init__(
            url,
            min_size=1,
            max_size=max_size,
            max_queries=MOST_QUERIES,
            max_inactive_connection_lifetime=INACTIVE_S,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            statement_cache_size=statement_cache_size,
            # Session state is only ever set inside transactions: nothing to reset.
            reset=_nothing_to_reset,
        )
        self._most_out = max_size - 1
        self._out = 0
        self._spare: list[PoolConnectionProxy] = []
        self._line: deque[Turn] = deque()

    async def fetch(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as asyncpg's
        return await self._ask(PoolConnectionProxy.fetch, query, *values, **how)

    async def fetchrow(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as above
        return await self._ask(PoolConnectionProxy.fetchrow, query, *values, **how)

    async def fetchval(self, query: str, *values: object, **how: Any) -> Any:  # noqa: ANN401 - as above
        return await self._ask(PoolConnectionProxy.fetchval, query, *values, **how)

    async def close(self) -> None:
        self._most_out = 0
        while self._spare:
            await self._give_up(self._spare.pop())
        await super().close()

    async def _ask(
        self,
        method: Callable[..., Awaitable[Any]],
        *values: object,
        **how: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        if not self._most_out:
            async with self.acquire() as connection:
                return await method(connection, *values, **how)
        connection = await self._take()
        try:
            found = await method(connection, *values, **how)
        except BaseException:
            await self._give_up(connection)
            raise
        await self._put_back(connection)
        return found

    async def _take(self) -> PoolConnectionProxy:
        while True:
            while self._spare:
                connection = self._spare.pop()
                if _is_open(connection):
                    return connection
                await self._give_up(connection)
            if self._out < self._most_out:
                return await self._take_out()
            handed = await self._wait()
            if handed is not None:
                return handed

    async def _take_out(self) -> PoolConnectionProxy:
        self._out += 1
        try:
            connection: PoolConnectionProxy = await self.acquire()
        except BaseException:
            self._out -= 1
            self._call_next()
            raise
        return connection

    async def _wait(self) -> PoolConnectionProxy | None:
        """What the line's first is handed; None: there is room to take one out."""
        turn: Turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # It came too late for us.
                connection = turn.result()
                if connection is None:
                    self._call_next()
                else:
                    await self._put_back(connection)
            raise

    def _call_next(self, handed: PoolConnectionProxy | None = None) -> bool:
        """Whether anybody was waiting."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(handed)
                return True
        return False

    async def _put_back(self, connection: PoolConnectionProxy) -> None:
        if not self._most_out:
            await self._give_up(connection)
        elif not self._call_next(connection):
            self._spare.append(connection)

    async def _give_up(self, connection: PoolConnectionProxy) -> None:
        self._out -= 1
        self._call_next()
        await self.release(connection)


def _is_open(connection: PoolConnectionProxy) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        # The pool took it away as it was cut.
        return False


async def _nothing_to_reset(_: object) -> None: ...
