"""What one operation carries: the caller, the moment, one session, and its loaders."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from api.state import State
from domain.kernel.caller import Caller


class Loader(Protocol):
    """Batches what one relation is asked for in one turn of the event loop."""

    def load(self, key: Hashable) -> "asyncio.Future[object]": ...


class Context:
    """Reads share one transaction; each mutation has its own, committed before its answer."""

    def __init__(
        self,
        state: State,
        caller: Caller,
        *,
        now: datetime,
        idempotency_key: str | None,
        prefer: str | None,
    ) -> None:
        self.state = state
        self.database = state.database
        self.caller = caller
        self.now = now
        self.prefer = prefer
        self.is_replayed = False
        self.loaders: dict[Hashable, Loader] = {}
        self.known: dict[Hashable, dict[Any, Any]] = {}
        """What was found by key, for the relations that share a name."""
        self.tasks: set[asyncio.Task[None]] = set()
        self._idempotency_key = idempotency_key
        self._mutations = 0
        self._session: AsyncSession | None = None
        self._open = AsyncExitStack()
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AsyncSession]:
        """The session of the reads, for one statement at a time: it is one connection."""
        async with self._lock:
            if self._session is None:
                opening = self.database.acting(self.caller)
                self._session = await self._open.enter_async_context(opening)
            yield self._session

    async def close(self) -> None:
        """Ends the reads and forgets them: before a mutation, and at the end."""
        # A read that failed ends the operation while others still run on the connection.
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        self.loaders.clear()
        self.known.clear()
        self._session = None
        await self._open.aclose()

    def next_key(self) -> str | None:
        """The Idempotency-Key of the operation's next mutation; None when none was sent."""
        self._mutations += 1
        if self._idempotency_key is None or self._mutations == 1:
            return self._idempotency_key
        return f"{self._idempotency_key} {self._mutations}"
