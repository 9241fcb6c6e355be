"""What is kept of a delivery while it goes out: that a step begins, and how far it got.

That a step begins is known for good before its first call that may change anything; the checkpoint
after it records what came of it. Only a step between the two has an outcome to doubt. A checkpoint
before the calls costs nothing more, nor does one by which all is sent: that is recorded as arrived
in the next moment.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from domain.connector.http import Call, Http, Reply
from domain.connector.words import Checkpoint
from domain.posts import delivering
from domain.posts.delivering import Step, Task
from domain.posts.rules import sent_of
from workers.context import Context
from workers.gathering import FOR_ALL
from workers.keeping import kept
from workers.sending import is_safe


class LeaseLost(Exception):
    """The claim is over, and another may have the delivery: nothing more of it is sent here."""


class Steps:
    """Of one attempt at one delivery, of so many messages."""

    def __init__(self, context: Context, task: Task, messages: int) -> None:
        self._context = context
        self._task = task
        self._messages = messages
        self._whole: Checkpoint | None = None
        self._is_begun = False
        self._has_called = False
        """Whether anything may have changed since the last checkpoint."""
        self._keeping = asyncio.Lock()

    async def begin(self) -> None:
        """Raises `LeaseLost`."""
        async with self._keeping:
            if not self._is_begun:
                await self._keep(None, begins=True)
            self._has_called = True

    @property
    def is_in_doubt(self) -> bool:
        """Whether anything may have changed over there that no checkpoint tells of."""
        return self._has_called

    async def save(self, checkpoint: Checkpoint) -> None:
        """Raises `LeaseLost`."""
        if sent_of(checkpoint) >= self._messages:
            self._whole, self._has_called = checkpoint, False
            return
        async with self._keeping:
            await self._keep(checkpoint, begins=not self._has_called)
            self._has_called = False

    async def keep_whole(self) -> None:
        """Where all is sent, and yet not to be recorded as arrived."""
        if self._whole is not None:
            await self._keep(self._whole, begins=False)

    async def _keep(self, checkpoint: Checkpoint | None, *, begins: bool) -> None:
        step = Step(self._task, checkpoint, begins)
        write = partial(_write, self._context)
        put = partial(self._context.outbox.steps.put, FOR_ALL, step, write)
        # Where nothing was said yet, who claims it next begins.
        await (put() if checkpoint is None else kept(put))
        if not step.is_kept:
            raise LeaseLost
        self._is_begun = begins


@dataclass(frozen=True, slots=True)
class Beginning:
    """A way out by which nothing is changed before it is known that it began."""

    http: Http
    steps: Steps

    async def __call__(self, call: Call) -> Reply:
        if not is_safe(call):
            await self.steps.begin()
        return await self.http(call)


async def _write(context: Context, _for_all: UUID, steps: Sequence[Step]) -> None:
    await delivering.keep_steps(context.database.reads, steps)
