"""A workspace in which people and workers act one after the other, each at its own moment."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import col, select

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.nudges import Nudges, open_queue
from domain.kernel.settings import Settings
from domain.posts import delivering
from domain.posts.delivering import Task
from domain.posts.finding import find_post
from domain.posts.pausing import ensure_unpaused
from domain.posts.planning import cancel_post
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.domain.posts.build import make_due_post
from tests.world import make_account, make_workspace

LEASE = timedelta(seconds=90)
T = TypeVar("T")


class Stage:
    """What is done here runs on a loop of its own, as plays at random are not asynchronous."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        self.runner, self.database, self.now = runner, database, NOW
        self.rows: list[Delivery] = []

    def run(self, made: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(made)

    def do(self, function: Any, *given: Any, **named: Any) -> Any:
        """One function of the domain in a transaction of its own; no two have the same moment."""
        self.now += timedelta(milliseconds=1)

        async def act() -> Any:
            async with self.database.transaction(self.caller.workspace_id) as session:
                return await function(session, self.caller, *given, **named, now=self.now)

        return self.run(act())

    def furnish(self) -> None:
        """A workspace of its own with two accounts, and a post on one of them that is due."""
        self.now = NOW
        workspace_id = self.run(make_workspace(self.database))
        self.caller = worker(workspace_id)
        post = self.run(make_due_post(self.database, workspace_id, now=NOW))
        account_id = self.run(make_account(self.database, workspace_id, post.community_id))
        self.accounts = [post.variants[0].account_id, account_id]
        command = CreateCalendar(
            community_id=post.community_id, name="b", catch_up="ask", catch_up_after_min=20
        )
        self.calendar_id, self.posts = self.do(create_calendar, command).id, [post.id]

    def read(self) -> list[Delivery]:
        async def act() -> list[Delivery]:
            async with self.database.transaction(self.caller.workspace_id) as session:
                return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())

        self.rows = self.run(act())
        return self.rows


async def claiming(session: Any, caller: Any, by: UUID, most: int, *, now: datetime) -> list[Task]:
    claims = await delivering.claim_due(
        session, [caller.workspace_id], by=by, now=now, lease=LEASE, most=most
    )
    return await delivering.prepare(session, caller, claims, now=now)


async def cancelling(session: Any, caller: Any, id_: UUID, *, now: datetime) -> None:
    await cancel_post(session, caller, await find_post(session, caller, id_, None), now=now)


async def checking(session: Any, caller: Any, id_: UUID, *, now: datetime) -> None:
    del now
    await ensure_unpaused(session, caller, id_)


@contextmanager
def open_stage(settings: Settings) -> Iterator[Stage]:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        queue = open_queue(settings.redis_url.get_secret_value())
        opened = Database.open(
            settings.database_url.get_secret_value(),
            Nudges(queue),
            pool_size=2,
            read_pool_size=1,
            statement_cache_size=256,
        )
        database = runner.run(opened)
        try:
            yield Stage(runner, database)
        finally:
            runner.run(database.close())
            runner.run(queue.aclose())
