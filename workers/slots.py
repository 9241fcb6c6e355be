"""How much one worker does at once: tasks run in slots, a full house claims nothing more."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Slots:
    """At most `most` tasks side by side. A task that breaks is logged; its row's lease ends."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    def free(self, at_most: int) -> int:
        return max(0, min(at_most, self._most - len(self._running)))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_guarded(work))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
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
        _, late = await asyncio.wait(self._running, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("work.broken")
