"""What time it is for a worker: PostgreSQL's time, whatever the clock of its machine shows.

All workers go by the one clock, so that none sends early or takes a lease for over that is not.
Between two looks the machine's steady clock carries it on: that one never jumps.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

from domain.kernel.reaching import ENGINE_FAULTS

LOOK_EVERY_S = 1.0
LONGEST_LOOK_S = 1.0
_NOW = "SELECT clock_timestamp()"


class Pool(Protocol):
    async def fetchval(self, query: str) -> datetime: ...


class DatabaseClock:
    """Never ahead of PostgreSQL; behind it by no more than the last look took."""

    def __init__(self, at: datetime, seen_s: float) -> None:
        self._at = at
        self._seen_s = seen_s

    @classmethod
    async def of(cls, pool: Pool) -> "DatabaseClock":
        at = await pool.fetchval(_NOW)
        return cls(at, monotonic())

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=monotonic() - self._seen_s)

    async def look(self, pool: Pool) -> None:
        """Takes over what PostgreSQL tells; an answer that took long tells too little."""
        asked_s = monotonic()
        at = await pool.fetchval(_NOW)
        if monotonic() - asked_s <= LONGEST_LOOK_S:
            self._at, self._seen_s = at, monotonic()


@asynccontextmanager
async def kept_clock(pool: Pool) -> AsyncIterator[DatabaseClock]:
    """One that goes right until this ends."""
    clock = await DatabaseClock.of(pool)
    keeping = asyncio.create_task(_keep(clock, pool))
    try:
        yield clock
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _keep(clock: DatabaseClock, pool: Pool) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        with suppress(*ENGINE_FAULTS):
            await clock.look(pool)
