"""Connections that are quick to their first statement.

asyncpg asks PostgreSQL for the shape of every array type it meets, anew on each connection: 8 to
40 ms of the planner for what is the same everywhere. Here a process asks once.

And what every transaction says first goes with its BEGIN, in one round trip.

A statement that is given up, or that took longer than anybody waits, is taken back; a server that
does not even say that it was stands still, and is talked to no more.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

import asyncpg

BEGIN = "BEGIN;"
"""As asyncpg says it."""
GIVEN_UP_S = 0.5
"""For PostgreSQL to say that it ended a statement; then its connection is dropped."""
NOT_PINNED = 10_000
"""Below it PostgreSQL's developers give `oid`s by hand: the same in each version and database."""


class _NothingSent(NamedTuple):
    """Read by asyncpg: a question without a name would have taken the place of its statement."""

    name: str = "nothing"


class Connection(asyncpg.Connection):
    """asyncpg's own, but for private parts of it; `test_connections.py` holds what they do."""

    _config: Any
    _loop: asyncio.AbstractEventLoop
    _protocol: Any
    opening = ""
    """Statements that the next transaction begins with."""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ANN401, ASYNC109 - as asyncpg's
        if query == BEGIN:
            query, self.opening = f"{query}{self.opening}", ""
        return await super().execute(query, *args, timeout=timeout)

    def bound_statements(self, patience_s: float | None) -> None:
        """What each may take from now on; None: any time, as somebody else watches over them."""
        self._config = self._config._replace(command_timeout=patience_s)

    async def _introspect_types(self, typeoids: Iterable[int], timeout: float | None) -> Any:  # noqa: ANN401, ASYNC109 - as asyncpg's
        statement: Any = _NothingSent()
        rows: list[Any] = []
        for oid in typeoids:
            found = _PINNED.get(oid)
            if found is None:
                ask = super()._introspect_types  # type: ignore[misc] # private, so not in its stubs
                found, statement = await ask([oid], timeout)
                if oid < NOT_PINNED:
                    _PINNED[oid] = found
            rows += found
        return rows, statement

    def _cancel_current_command(self, *waiters: Any) -> None:  # noqa: ANN401 - as asyncpg's
        super()._cancel_current_command(*waiters)  # type: ignore[misc] # private, so not in its stubs
        self._loop.call_later(GIVEN_UP_S, self._give_up)

    def _give_up(self) -> None:
        if not self.is_closed() and self._protocol._is_cancelling():  # noqa: SLF001 - as its pool asks
            self.terminate()


_PINNED: dict[int, list[Any]] = {}
