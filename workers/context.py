"""What one worker process holds open and hands to its jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from arq.connections import ArqRedis

from domain.connector.http import Http
from domain.kernel.database import Database
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
    media: MediaStore
    outbox: Outbox
