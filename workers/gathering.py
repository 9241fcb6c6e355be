"""Gathers what many tasks write at the same time: one transaction for all that came meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

Item = TypeVar("Item")
MOST = 100
FOR_ALL = UUID(int=0)
"""For what is stored of many workspaces at once."""
Write = Callable[[UUID, Sequence[Item]], Awaitable[None]]
"""Stores items of one workspace in one transaction."""


class Gathered(Generic[Item]):
    """The first item is written alone; what comes meanwhile goes with the next transaction."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, list[tuple[Item, asyncio.Future[None]]]] = {}
        self._writing: dict[UUID, asyncio.Task[None]] = {}

    async def put(self, workspace_id: UUID, item: Item, write: Write[Item]) -> None:
        """Returns once the item is committed; raises what writing it raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(workspace_id, []).append((item, done))
        if workspace_id not in self._writing:
            self._writing[workspace_id] = asyncio.create_task(self._write_all(workspace_id, write))
        await done

    async def _write_all(self, workspace_id: UUID, write: Write[Item]) -> None:
        try:
            while waiting := self._waiting.pop(workspace_id, []):
                now, later = waiting[:MOST], waiting[MOST:]
                if later:
                    self._waiting[workspace_id] = later
                await _write_some(workspace_id, now, write)
        finally:
            del self._writing[workspace_id]


async def _write_some(
    workspace_id: UUID,
    waiting: Sequence[tuple[Item, "asyncio.Future[None]"]],
    write: Write[Item],
) -> None:
    try:
        await write(workspace_id, [item for item, _ in waiting])
    except Exception as error:  # noqa: BLE001 - whoever waits gets it
        if len(waiting) == 1:
            _answer(waiting[0][1], error)
            return
        # One that cannot be stored must not take the others with it.
        for each in waiting:
            await _write_some(workspace_id, [each], write)
        return
    for _, done in waiting:
        _answer(done, None)


def _answer(done: "asyncio.Future[None]", error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
