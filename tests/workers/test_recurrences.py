"""Recurrences whose posts workers make: side by side, killed, month after month."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import col, select, text

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.connector.http import Call, Reply
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.plans.making import claim_recurrences
from domain.plans.recurrence_shapes import CreateRecurrence, VariationInput
from domain.plans.recurrences import create_recurrence
from domain.plans.tables import Occurrence, Recurrence
from domain.posts.command_shapes import VariantInput
from domain.posts.tables import Delivery, Post
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.workers.world import make_context
from tests.world import make_account, make_workspace
from workers.context import Context
from workers.main import HANDLERS
from workers.recurrences import make_posts, recur_due
from workers.timer import run_due

HORIZON = timedelta(days=30)
LOCK = text("SELECT 1 FROM event_counters FOR UPDATE")


async def nobody(call: Call) -> Reply:
    raise AssertionError(call.url)


class Stage:
    """A workspace, a calendar, an account, and a clock that is moved by hand."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.now = NOW
        self.context: Context
        self.calendar_id: UUID
        self.account_id: UUID

    async def recurrence(self, rule: str, starts_at: str, **changes: Any) -> UUID:
        command = CreateRecurrence(
            **{
                "calendar_id": self.calendar_id,
                "title": "Vigne",
                "text": "On taille.",
                "variants": [VariantInput(account_id=self.account_id)],
                "rule": rule,
                "starts_at": starts_at,
                **changes,
            }
        )
        async with self.database.transaction(self.workspace_id) as session:
            caller = worker(self.workspace_id)
            return (await create_recurrence(session, caller, command, now=self.now)).id

    async def work(self, now: datetime) -> int:
        """Lets the worker do what is due at a moment."""
        self.now = now
        claimed = await recur_due(self.context, self.workspace_id, now=now)
        await self.context.slots.drain(20)
        return claimed

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.database.transaction(self.workspace_id) as session:
            return list((await session.exec(select(table).order_by(col(table.id)))).all())

    async def walls(self) -> list[str]:
        rows = await self.rows(Post)
        return sorted(f"{row.wall_time:%Y-%m-%d %H:%M}" for row in rows)


@pytest.fixture
async def stage(settings: Settings, database: Database, redis: ArqRedis) -> Stage:
    workspace_id = await make_workspace(database)
    made = Stage(database, workspace_id)
    community_id = await make_community(database, workspace_id)
    command = CreateCalendar(community_id=community_id, name="a")
    async with database.transaction(workspace_id) as session:
        calendar = await create_calendar(session, worker(workspace_id), command, now=NOW)
    made.calendar_id = calendar.id
    made.account_id = await make_account(database, workspace_id, community_id)
    made.context = make_context(settings, database, redis, nobody, lambda: made.now)
    return made


async def test_posts_are_made_as_their_time_comes_into_the_horizon(stage: Stage) -> None:
    await stage.recurrence("RRULE:FREQ=WEEKLY;INTERVAL=3", "2026-11-24T09:30:00")

    first = await stage.work(NOW)
    [row] = await stage.rows(Recurrence)
    early = await stage.work(row.act_at - timedelta(seconds=1))
    before = await stage.walls()
    due = await stage.work(row.act_at)

    assert (first, early, due) == (1, 0, 1)
    assert before == ["2026-11-24 09:30", "2026-12-15 09:30"]
    assert await stage.walls() == [*before, "2027-01-05 09:30"]
    assert row.act_at == datetime(2027, 1, 5, 8, 30, tzinfo=UTC) - HORIZON
    assert [row.state for row in await stage.rows(Delivery)] == ["waiting"] * 3


async def test_a_rule_that_has_ended_is_looked_at_no_more(stage: Stage) -> None:
    await stage.recurrence("RRULE:FREQ=DAILY;COUNT=2", "2026-11-24T09:30:00")

    await stage.work(NOW)

    [row] = await stage.rows(Recurrence)
    assert row.act_at is None
    assert len(await stage.rows(Post)) == 2


async def test_the_sweep_finds_it(stage: Stage) -> None:
    await stage.recurrence("RRULE:FREQ=DAILY;COUNT=2", "2026-11-24T09:30:00")

    await run_due(stage.context, {"recur": HANDLERS["recur"]})
    await stage.context.slots.drain(20)

    assert len(await stage.rows(Post)) == 2


async def test_two_workers_at_once_make_one_post_of_each_occurrence(stage: Stage) -> None:
    id_ = await stage.recurrence("RRULE:FREQ=DAILY", "2026-11-24T09:30:00")
    other = replace(stage.context)

    await asyncio.gather(
        make_posts(stage.context, stage.workspace_id, id_, now=NOW),
        make_posts(other, stage.workspace_id, id_, now=NOW),
        stage.work(NOW),
    )

    assert await stage.walls() == [
        f"{datetime(2026, 11, 24, tzinfo=UTC) + timedelta(days=day):%Y-%m-%d} 09:30"
        for day in range(30)
    ]
    assert len(await stage.rows(Occurrence)) == len(await stage.rows(Delivery)) == 30


async def test_more_posts_than_one_transaction_makes_come_in_the_next(stage: Stage) -> None:
    hours = ",".join(str(hour) for hour in range(6, 10))
    await stage.recurrence(f"RRULE:FREQ=DAILY;BYHOUR={hours}", "2026-11-24T06:00:00")

    counts = []
    for _ in range(4):
        claimed = await stage.work(NOW)
        counts.append((claimed, len(await stage.rows(Post))))

    assert counts == [(1, 50), (1, 100), (1, 120), (0, 120)]


async def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(stage: Stage) -> None:
    id_ = await stage.recurrence("RRULE:FREQ=DAILY;COUNT=9", "2026-11-24T09:30:00")
    async with stage.database.transaction(stage.workspace_id) as session:
        # Numbers of events are the last it takes before it commits: there it waits, and is killed.
        await session.exec(LOCK)  # type: ignore[call-overload]  # SQLModel types no text()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(make_posts(stage.context, stage.workspace_id, id_, now=NOW), 1.0)
    halfway = [len(await stage.rows(table)) for table in (Post, Occurrence, Delivery)]

    await stage.work(NOW)

    assert halfway == [0, 0, 0]
    assert len(await stage.walls()) == len(set(await stage.walls())) == 9
    assert len(await stage.rows(Delivery)) == 9


async def test_what_a_worker_claimed_and_lost_is_found_when_its_lease_ends(stage: Stage) -> None:
    await stage.recurrence("RRULE:FREQ=DAILY;COUNT=2", "2026-11-24T09:30:00")
    lease, caller = stage.context.settings.lease, worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        claimed = await claim_recurrences(session, caller, now=NOW, lease=lease, batch=5)

    during = await stage.work(NOW + lease - timedelta(seconds=1))
    after = await stage.work(NOW + lease)

    assert (len(claimed), during, after) == (1, 0, 1)
    assert len(await stage.rows(Post)) == 2


async def test_wall_times_stay_and_moments_follow_the_clocks_of_the_zone(stage: Stage) -> None:
    await stage.recurrence("RRULE:FREQ=WEEKLY;COUNT=2", "2027-03-21T02:30:00")

    await stage.work(datetime(2027, 3, 1, tzinfo=UTC))

    assert await stage.walls() == ["2027-03-21 02:30", "2027-03-28 02:30"]
    assert [row.publish_at for row in await stage.rows(Post)] == [
        datetime(2027, 3, 21, 1, 30, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    ]


async def test_no_week_is_too_short_for_a_variation_when_clocks_change(stage: Stage) -> None:
    await stage.recurrence(
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "2027-03-22T09:30:00",
        variations=[VariationInput(text="Un."), VariationInput(text="Deux.")],
        spacing_days=14,
    )

    await stage.work(datetime(2027, 3, 21, 12, tzinfo=UTC))

    assert [row.text for row in await stage.rows(Post)] == ["Un.", "Deux.", "Un."]
    assert [row.needs_variation for row in await stage.rows(Recurrence)] == [False]


async def test_every_post_and_every_change_is_told_as_an_event(stage: Stage) -> None:
    await stage.recurrence("RRULE:FREQ=DAILY;COUNT=1", "2026-11-24T09:30:00")

    await stage.work(NOW)

    told = [row.kind for row in await stage.rows(Event) if row.kind.startswith(("post", "rec"))]
    assert told == ["recurrence.created", "post.created", "post.scheduled"]
