"""A worker's context around a fake way out and a clock that stands still."""

from arq.connections import ArqRedis

from domain.connector.http import Http
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.media.storage import MediaStore
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS
from workers.budget import Budgets
from workers.context import Clock, Context
from workers.housekeeping import trim
from workers.outbox import Outbox
from workers.slots import Slots

VISITED_S = 100
"""Time to visit every workspace of the database, which the whole suite fills with thousands."""


def make_context(
    settings: Settings,
    database: Database,
    redis: ArqRedis,
    http: Http,
    clock: Clock = lambda: NOW,
) -> Context:
    return Context(
        settings=settings,
        database=database,
        redis=redis,
        keys=KEYS,
        http=http,
        budgets=Budgets(redis, clock),
        clock=clock,
        slots=Slots(20),
        studio=Slots(1),
        media=MediaStore.of(settings),
        outbox=Outbox(20),
    )


async def trimmed(context: Context) -> None:
    """An hourly trimming, to its end."""
    await trim({"context": context})
    await context.slots.drain(VISITED_S)
