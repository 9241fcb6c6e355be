"""A test workspace whose clock is sent ahead: what is due on the way is done, each at its time."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from arq.connections import ArqRedis
from sqlmodel import col, select

from domain.accounts.credentials import seal_grant
from domain.accounts.tables import Account
from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.connector.words import Grant
from domain.events.tables import Event
from domain.kernel.caller import Caller, worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.mail.service import plan_mail
from domain.mail.shapes import Letter
from domain.mail.tables import Mail
from domain.pauses.service import create_pause
from domain.pauses.shapes import CreatePause, EndPause, Overdue, PauseView
from domain.plans.recurrence_shapes import CreateRecurrence
from domain.plans.recurrences import create_recurrence
from domain.posts.command_shapes import VariantInput
from domain.posts.pausing import end_pause
from domain.posts.tables import Delivery, Post
from domain.workspaces import clocks
from domain.workspaces.clock_shapes import AdvanceTestClock
from domain.workspaces.shapes import WorkspaceKind
from tests.conftest import NOW
from tests.domain.accounts.build import KEYS, make_community
from tests.workers.stage import Sandbox
from tests.workers.world import make_context
from tests.world import make_account, make_workspace
from workers.context import Context
from workers.main import HANDLERS as ALL
from workers.posts import keep_leases
from workers.timer import run_due

HANDLERS = {work: ALL[work] for work in ("deliver", "recur", "read_back", "advance")}
"""Of this house: what other tests left due is shared with them."""


@dataclass
class House:
    database: Database
    context: Context
    caller: Caller

    async def now(self) -> datetime:
        async with self.database.transaction(self.caller.workspace_id) as session:
            return NOW + await clocks.ahead_of(session, self.caller.workspace_id)

    async def advance(self, by: timedelta) -> None:
        now = await self.now()
        async with self.database.transaction(self.caller.workspace_id) as session:
            await clocks.advance_test_clock(
                session, self.caller, AdvanceTestClock(to=now + by), now=now
            )

    async def arrive(self) -> int:
        """Lets the worker go on until the clock is where it was sent; gives how many rounds."""
        rounds = 0
        while await self.is_advancing():
            rounds += 1
            await run_due(self.context, HANDLERS)
            await self.context.slots.drain(20)
            await asyncio.gather(*self.context.outbox._running)
        return rounds

    async def is_advancing(self) -> bool:
        async with self.database.transaction(self.caller.workspace_id) as session:
            view = await clocks.get_test_clock(session, self.caller, now=NOW)
        return view.is_advancing

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        rows = await self.rows(Event)
        return [(row.kind, row.data) for row in rows if row.kind.startswith("test_clock")]

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.database.transaction(self.caller.workspace_id) as session:
            return list((await session.exec(select(table).order_by(col(table.id)))).all())


@pytest.fixture
def network() -> Sandbox:
    return Sandbox()


@pytest.fixture
async def house(settings: Settings, database: Database, redis: ArqRedis, network: Sandbox) -> House:
    caller = worker(await make_workspace(database, WorkspaceKind.TEST))
    return House(database, make_context(settings, database, redis, network), caller)


async def plan(house: House, rule: str) -> None:
    workspace_id = house.caller.workspace_id
    community_id = await make_community(house.database, workspace_id)
    account_id = await make_account(house.database, workspace_id, community_id)
    async with house.database.transaction(workspace_id) as session:
        row = await session.get_one(Account, (workspace_id, account_id))
        grant = Grant("good", extra={"idempotency": "D"})
        row.sealed_grant = seal_grant(KEYS, workspace_id, account_id, grant)
    async with house.database.transaction(workspace_id) as session:
        calendar = await create_calendar(
            session, house.caller, CreateCalendar(community_id=community_id, name="a"), now=NOW
        )
        command = CreateRecurrence(
            calendar_id=calendar.id,
            title="Vigne",
            text="On taille.",
            variants=[VariantInput(account_id=account_id)],
            rule=rule,
            starts_at=datetime(2026, 11, 24, 9, 30),  # noqa: DTZ001 - a wall time
        )
        await create_recurrence(session, house.caller, command, now=NOW)


async def pause(house: House) -> PauseView:
    command = CreatePause(reason="Accident on the line")
    async with house.database.transaction(house.caller.workspace_id) as session:
        return await create_pause(session, house.caller, command, now=NOW)


async def test_a_quiet_workspace_arrives_where_it_was_sent(house: House) -> None:
    await house.advance(timedelta(days=30))

    await house.arrive()

    assert await house.now() == NOW + timedelta(days=30)
    assert await house.told() == [
        ("test_clock.advancing", {"from": NOW.isoformat(), "to": "2026-12-23T09:00:00+00:00"}),
        ("test_clock.advanced", {"to": "2026-12-23T09:00:00+00:00"}),
    ]


async def test_what_falls_due_on_the_way_goes_out_at_its_own_moment(
    house: House, network: Sandbox
) -> None:
    await plan(house, "RRULE:FREQ=WEEKLY;COUNT=6")
    await house.advance(timedelta(days=40))

    await house.arrive()

    posts, deliveries = await house.rows(Post), await house.rows(Delivery)
    due = [datetime(2026, 11, 24, 8, 30, tzinfo=UTC) + n * timedelta(days=7) for n in range(6)]
    assert [post.published_at for post in posts] == due
    assert [(each.state, each.attempts, each.sent_at) for each in deliveries] == [
        ("done", 1, moment) for moment in due
    ]
    assert network.texts == ["On taille."] * 6


async def test_the_clock_passes_by_what_a_pause_holds_until_that_ends(
    house: House, network: Sandbox
) -> None:
    """It stopped every five minutes of its way, to look whether the pause was over."""
    await plan(house, "RRULE:FREQ=WEEKLY;COUNT=2")
    made = await pause(house)
    await house.advance(timedelta(days=4))
    before = await house.now()
    stops = await house.arrive()
    held = [each.state for each in await house.rows(Delivery)]

    async with house.database.transaction(house.caller.workspace_id) as session:
        command, now = EndPause(overdue=Overdue.PUBLISH), await house.now()
        await end_pause(session, house.caller, made.id, command, now=now)
    await house.advance(timedelta(days=7))
    await house.arrive()

    assert (held, await house.now()) == (["waiting"] * 2, before + timedelta(days=11))
    assert stops < 40
    assert [each.published_at for each in await house.rows(Post)] == [
        datetime(2026, 11, 27, 9, tzinfo=UTC),
        datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
    ]
    assert network.texts == ["On taille."] * 2


async def test_the_clock_waits_for_what_is_on_its_way_out(house: House, network: Sandbox) -> None:
    await plan(house, "RRULE:FREQ=WEEKLY;COUNT=2")
    network.gate.clear()
    await house.advance(timedelta(days=40))
    while not network.texts:
        await run_due(house.context, HANDLERS)
        await house.context.slots.drain(20)

    before = await house.now()
    moved = [await run_due(house.context, HANDLERS) for _ in range(3)]
    await keep_leases(house.context)
    [going, _] = await house.rows(Delivery)
    network.gate.set()
    await house.arrive()

    assert moved == [0, 0, 0]
    assert going.act_at == before + house.context.settings.lease
    assert [each.state for each in await house.rows(Delivery)] == ["done"] * 2
    assert network.texts == ["On taille."] * 2


async def test_another_worker_sees_what_is_on_its_way_out(
    house: House, network: Sandbox, settings: Settings, redis: ArqRedis
) -> None:
    await plan(house, "RRULE:FREQ=WEEKLY;COUNT=1")
    network.gate.clear()
    await house.advance(timedelta(days=7))
    while not network.texts:
        await run_due(house.context, HANDLERS)
        await house.context.slots.drain(20)

    other = make_context(settings, house.database, redis, network)
    moved = [await run_due(other, HANDLERS) for _ in range(3)]
    network.gate.set()
    await house.arrive()

    assert moved == [0, 0, 0]
    assert network.texts == ["On taille."]


async def test_mails_of_a_workspace_that_is_ahead_are_sent_at_once(database: Database) -> None:
    letter = Letter(kind="test", recipient="ada@example.ch", subject="a", text="b")
    later = NOW + timedelta(days=30)
    async with database.transaction(None) as session:
        id_ = await plan_mail(
            session, KEYS, letter, user_id=None, until=later + timedelta(days=1), now=later
        )
        row = await session.get_one(Mail, id_)
        await session.refresh(row)

    assert row.act_at is not None
    assert row.act_at <= datetime.now(UTC)


async def test_live_workspaces_are_not_touched_by_the_clock_of_another(
    house: House, database: Database
) -> None:
    live = House(database, house.context, worker(await make_workspace(database)))
    await plan(live, "RRULE:FREQ=WEEKLY;COUNT=6")
    await house.advance(timedelta(days=40))

    await house.arrive()

    assert [each.state for each in await live.rows(Delivery)] == ["waiting"] * 5


async def test_a_clock_that_is_stopped_stays_where_it_is(house: House) -> None:
    await house.advance(timedelta(days=30))
    await run_due(house.context, HANDLERS)
    here = await house.now()

    async with house.database.transaction(house.caller.workspace_id) as session:
        view = await clocks.stop_test_clock(session, house.caller, now=here)
    await run_due(house.context, HANDLERS)

    assert here == NOW + clocks.STRIDE
    assert (view.is_advancing, view.progress) == (False, None)
    assert await house.now() == here


async def test_months_ahead_have_room_for_what_is_said_in_them(
    house: House, database: Database
) -> None:
    await house.advance(timedelta(days=200))

    await house.arrive()

    last = (NOW + timedelta(days=200)).strftime("%Y_%m")
    rows = await database.reads.fetch(
        "SELECT relname FROM pg_class WHERE relispartition AND relname LIKE $1", f"%{last}"
    )
    assert len(rows) == 2
