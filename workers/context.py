"""What one worker process holds open and hands to its jobs."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from arq.connections import ArqRedis

from domain.connector.http import Http
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from domain.media.storage import MediaStore
from workers.budget import Budgets
from workers.outbox import Outbox
from workers.slots import Slots


class Clock(Protocol):
    def __call__(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Context:
    """`clock` is the one source of `now` in this process."""

    settings: Settings
    database: Database
    redis: ArqRedis
    keys: KeyRing
    http: Http
    budgets: Budgets
    clock: Clock
    slots: Slots
    studio: Slots
    """For what keeps a core busy: one at a time in each worker process."""
    media: MediaStore
    outbox: Outbox
    readers: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, 2))
    """Documents of others that are read at once, in processes of their own."""
    worker_id: UUID = field(default_factory=new_id)
    """What of the deliveries is claimed here bears it."""
    ahead: dict[UUID, timedelta] = field(default_factory=dict)
    """How far the clocks of test workspaces are ahead, as far as is known here."""
    plain: "Context | None" = None
    """Of one that goes by a workspace's clock: the one that goes by the real clock."""

    def of(self, workspace_id: UUID) -> "Context":
        """The same, by the workspace's own clock."""
        plain, ahead = self.plain or self, self.ahead.get(workspace_id)
        if ahead is None:
            return plain
        clock: Clock = partial(_later, plain.clock, ahead)
        return replace(
            plain,
            clock=clock,
            budgets=plain.budgets.by(clock),
            slots=plain.slots.of(workspace_id),
            plain=plain,
        )


def _later(clock: Clock, ahead: timedelta) -> datetime:
    return clock() + ahead
