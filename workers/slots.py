"""How much one worker does at once: tasks run in slots, a full house claims nothing more."""

import asyncio
from collections.abc import Awaitable, Coroutine
from copy import copy
from typing import Any
from uuid import UUID

import structlog

from domain.kernel.reaching import is_away, reason_of

SPARED = 5
"""A fifth of the places is for others where a server keeps all waiting that call it."""
log = structlog.get_logger()


class Slots:
    """At most `most` tasks side by side. A task that breaks is logged; its row's lease ends."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: dict[asyncio.Task[None], UUID | None] = {}
        self._changed = asyncio.Event()
        self.whose: UUID | None = None

    def of(self, workspace_id: UUID) -> "Slots":
        """The same slots; what is started through these is known to be the workspace's."""
        slots = copy(self)
        slots.whose = workspace_id
        return slots

    def is_busy(self, workspace_id: UUID) -> bool:
        """Whether anything of the workspace, started as such, still runs."""
        return workspace_id in self._running.values()

    def free(self, at_most: int) -> int:
        return max(0, min(at_most, self._most - len(self._running)))

    def free_for_reading(self, at_most: int) -> int:
        """As `free`: what people wait for has some that no reading takes, however slow."""
        return max(0, min(at_most, self._most - self._most // SPARED - len(self._running)))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(guarded(work))
        self._running[task] = self.whose
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._changed.set()

    async def one_free(self) -> None:
        """Returns as soon as a task may be started."""
        while len(self._running) >= self._most:
            self._changed.clear()
            await self._changed.wait()

    async def drain(self, timeout_s: float) -> None:
        """Waits for what runs; what is not done in time is cut off and found by its lease."""
        if not self._running:
            return
        _, late = await asyncio.wait(set(self._running), timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def guarded(work: Awaitable[None]) -> None:
    """Logs what breaks in it: nobody waits for what it gives."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - told by its kind
        tell_broken(error)


def tell_broken(error: Exception) -> None:
    """An engine that is away breaks all work at once: one line of each is enough."""
    if is_away(error):
        log.warning("work.engine_away", reason=reason_of(error))
    else:
        log.error("work.broken", exc_info=error)
