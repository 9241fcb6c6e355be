"""What a pause keeps from going out, and what becomes of it; what was missed while nobody sent."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from domain.calendars.rules import CatchUp
from domain.calendars.service import change_calendar, create_calendar
from domain.calendars.shapes import ChangeCalendar, CreateCalendar
from domain.connector.errors import Unavailable
from domain.connector.words import Checkpoint
from domain.events.tables import Event
from domain.kernel.caller import Scope, worker
from domain.kernel.errors import PauseOverdue, TimePast
from domain.kernel.ids import new_id, show
from domain.pauses.queries import get_pause
from domain.pauses.service import create_pause
from domain.pauses.shapes import CreatePause, EndPause, Overdue, PauseView
from domain.posts import delivering
from domain.posts.command_shapes import ChangePost, HoldPost, VariantInput, WithdrawPost
from domain.posts.delivering import Step
from domain.posts.freezing import hold_post
from domain.posts.pausing import end_pause
from domain.posts.rules import HOLD
from domain.posts.service import change_post
from domain.posts.settling import retry_delivery
from domain.posts.shapes import PostDetail
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_post
from tests.api.posts.test_removals import until_it_waits
from tests.workers.stage import LEASE, Stage, stage

__all__ = ["stage"]


async def pause(stage: Stage, **of: Any) -> PauseView:
    async with stage.database.transaction(stage.workspace_id) as session:
        command = CreatePause(reason="Accident on the line", **of)
        return await create_pause(session, worker(stage.workspace_id), command, now=stage.now)


async def end(stage: Stage, id_: UUID, overdue: Overdue | None = None) -> PauseView:
    async with stage.database.transaction(stage.workspace_id) as session:
        caller, command = worker(stage.workspace_id), EndPause(overdue=overdue)
        return await end_pause(session, caller, id_, command, now=stage.now)


async def read(stage: Stage, id_: UUID) -> PauseView:
    async with stage.database.transaction(stage.workspace_id) as session:
        return await get_pause(session, worker(stage.workspace_id), id_, now=stage.now)


async def rule(stage: Stage, catch_up: CatchUp, *, after_min: int = 60) -> None:
    command = ChangeCalendar(catch_up=catch_up, catch_up_after_min=after_min)
    async with stage.database.transaction(stage.workspace_id) as session:
        await change_calendar(
            session,
            worker(stage.workspace_id),
            stage.calendar_id,
            command,
            expected_version=None,
            now=stage.now,
        )


async def go(stage: Stage) -> list[str]:
    """Lets a worker send what is due; gives what the network was told."""
    before = len(stage.network.texts)
    await stage.deliver()
    await stage.quiet()
    return stage.network.texts[before:]


async def told(stage: Stage, kind: str) -> list[dict[str, Any]]:
    return [row.data for row in await stage.rows(Event) if row.kind == kind]


@pytest.mark.parametrize("of", ["everything", "community_id", "calendar_id", "account_id"])
async def test_nothing_that_a_pause_covers_goes_out(stage: Stage, of: str) -> None:
    account_id = await stage.account()
    await stage.plan("a", account_id)
    ids = {"account_id": account_id, **vars(stage)}
    made = await pause(stage, **({} if of == "everything" else {of: ids[of]}))

    assert await go(stage) == []

    [row] = await stage.rows(Delivery)
    assert (row.state, row.attempts, row.act_at) == ("waiting", 0, stage.now + HOLD)
    assert row.problem["code"] == "publishing.paused"
    assert row.problem["message"] == "It is paused: Accident on the line"
    assert [post.state for post in await stage.rows(Post)] == ["scheduled"]
    assert (await read(stage, made.id)).overdue == 1


async def test_others_go_out_while_one_account_is_paused(stage: Stage) -> None:
    paused, other = await stage.account(), await stage.account()
    await stage.plan("paused", paused)
    await stage.plan("other", other)
    await pause(stage, account_id=paused)

    assert await go(stage) == ["other"]
    assert sorted(await stage.states()) == ["done", "waiting"]


async def test_a_pause_is_told_once_however_long_it_holds(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    await pause(stage)

    for _ in range(3):
        await go(stage)
        stage.now += HOLD

    assert [each["code"] for each in await told(stage, "delivery.held")] == ["publishing.paused"]


async def test_what_waits_in_a_worker_is_held_by_a_pause_that_comes_meanwhile(
    stage: Stage,
) -> None:
    account_id = await stage.account()
    await stage.plan("a", account_id)
    await stage.plan("b", account_id)
    stage.network.gate.clear()
    await stage.deliver()
    await stage.network.begun.wait()

    await pause(stage)
    stage.now += timedelta(seconds=2)
    stage.network.gate.set()
    await stage.quiet()

    assert stage.network.texts == ["a"]
    assert await stage.states() == ["done", "waiting"]


async def test_pause_names_what_it_came_too_late_for(stage: Stage) -> None:
    account_id = await stage.account()
    post_id = await stage.plan("a", account_id)
    await stage.plan("later", account_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        statement = select(Delivery).where(col(Delivery.post_id) != post_id)
        (await session.exec(statement)).one().act_at = stage.now + HOLD
    stage.network.gate.clear()
    await stage.deliver()
    await stage.network.begun.wait()

    made = await pause(stage, calendar_id=stage.calendar_id)
    stage.network.gate.set()
    await stage.quiet()
    after = await read(stage, made.id)

    [out] = [row.id for row in await stage.rows(Delivery) if row.post_id == post_id]
    assert (made.under_way_ids, after.under_way_ids) == ([out], [])
    assert [each["under_way"] for each in await told(stage, "pause.begun")] == [[show("dlv", out)]]
    assert stage.network.texts == ["a"]


async def test_pause_waits_for_who_is_letting_messages_out_and_names_them(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        rows = await delivering.claim_due(
            session, [caller.workspace_id], by=new_id(), now=stage.now, lease=LEASE, most=1
        )
    async with stage.database.transaction(stage.workspace_id) as session:
        [task] = await delivering.prepare(session, caller, rows, now=stage.now)
        late = asyncio.create_task(pause(stage))
        await until_it_waits(session, late)

    assert (await late).under_way_ids == [task.id]


@pytest.mark.parametrize("how", ["calendar", "account"])
async def test_what_a_pause_holds_past_its_time_is_moved_with_a_new_time_alone(
    stage: Stage, how: str
) -> None:
    """Else it would go out at once, as nothing holds it there."""
    account_id, other_id = await stage.account(), await stage.account()
    post_id = await stage.plan("a", account_id)
    held = {"calendar_id": stage.calendar_id, "account_id": account_id}
    await pause(stage, **{f"{how}_id": held[f"{how}_id"]})
    await go(stage)
    stage.now += timedelta(hours=1)
    caller = worker(stage.workspace_id)
    calendar = CreateCalendar(community_id=stage.community_id, name="b")
    async with stage.database.transaction(stage.workspace_id) as session:
        calendar_id = (await create_calendar(session, caller, calendar, now=stage.now)).id
    named = [VariantInput(account_id=id_) for id_ in (account_id, other_id)]
    moved: dict[str, Any] = (
        {"calendar_id": calendar_id} if how == "calendar" else {"variants": named}
    )

    async def change(**values: Any) -> PostDetail:
        command = ChangePost(**values)
        async with stage.database.transaction(stage.workspace_id) as session:
            return await change_post(
                session, caller, post_id, command, expected_version=None, now=stage.now
            )

    with pytest.raises(TimePast, match="Its time has passed: send a wall_time"):
        await change(**moved)
    done = await change(**moved, wall_time="2027-01-15T09:00:00", time_zone="Europe/Zurich")

    assert await go(stage) == []
    assert done.publish_at == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
    assert {row.act_at for row in await stage.rows(Delivery)} == {done.publish_at}


async def test_ending_a_pause_asks_what_becomes_of_what_is_overdue(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    made = await pause(stage)
    await go(stage)

    with pytest.raises(PauseOverdue, match="should have gone out meanwhile: 1"):
        await end(stage, made.id)

    assert (await read(stage, made.id)).ended_at is None
    assert await stage.states() == ["waiting"]


async def test_what_fell_due_is_overdue_though_no_worker_saw_it(stage: Stage) -> None:
    """While no worker ran, a pause said that nothing waited, and ended without asking."""
    made, account_id = await pause(stage), await stage.account()
    post_id = await stage.plan("a", account_id)
    await stage.plan("b", account_id)
    await rule(stage, CatchUp.SKIP)
    async with stage.database.transaction(stage.workspace_id) as session:
        for row in (await session.exec(select(Delivery))).all():
            row.due_at = row.act_at = stage.now + (0 if row.post_id == post_id else 1) * HOLD
    before = await read(stage, made.id)

    stage.now += timedelta(hours=3)
    after = await read(stage, made.id)
    with pytest.raises(PauseOverdue, match="should have gone out meanwhile: 2"):
        await end(stage, made.id)
    await end(stage, made.id, Overdue.PUBLISH)

    assert (before.overdue, after.overdue) == (1, 2)
    assert await go(stage) == ["a", "b"]


async def test_what_a_network_keeps_off_is_not_overdue_for_a_pause(stage: Stage) -> None:
    stage.network.refusals["a"] = Unavailable("Away.")
    await stage.plan("a", await stage.account())
    await go(stage)
    made = await pause(stage)

    assert (await read(stage, made.id)).overdue == 0


async def test_what_is_taken_back_is_not_overdue(stage: Stage) -> None:
    post_id = await stage.plan("a", await stage.account())
    await go(stage)
    made = await pause(stage)
    async with stage.database.transaction(stage.workspace_id) as session:
        await withdraw_post(
            session, worker(stage.workspace_id), post_id, WithdrawPost(), now=stage.now
        )

    assert (await end(stage, made.id)).overdue == 0


async def test_what_is_overdue_can_be_published_late(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    await rule(stage, CatchUp.SKIP)
    made = await pause(stage)
    await go(stage)
    stage.now += timedelta(hours=3)

    ended = await end(stage, made.id, Overdue.PUBLISH)

    assert (ended.overdue, ended.ended_at) == (0, stage.now)
    assert await go(stage) == ["a"]
    assert await stage.states() == ["done"]


async def test_what_is_overdue_can_be_skipped(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    made = await pause(stage)
    await go(stage)

    await end(stage, made.id, Overdue.SKIP)

    stage.now += HOLD
    assert await go(stage) == []
    assert await stage.states() == ["cancelled"]
    assert [post.state for post in await stage.rows(Post)] == ["cancelled"]
    assert len(await told(stage, "delivery.skipped")) == 1


async def test_what_is_on_legal_hold_is_not_overdue_and_stays_when_a_pause_ends(
    stage: Stage,
) -> None:
    """It was skipped: nobody could release it any more."""
    post_id = await stage.plan("a", await stage.account())
    made = await pause(stage)
    await go(stage)
    caller = worker(stage.workspace_id)
    holder = replace(caller, scopes=caller.scopes | {Scope.POSTS_HOLD})
    command = HoldPost(reason="A dispute.")
    async with stage.database.transaction(stage.workspace_id) as session:
        await hold_post(session, holder, post_id, command, expected_version=None, now=stage.now)

    assert (await end(stage, made.id)).overdue == 0
    stage.now += HOLD
    assert await go(stage) == []
    assert await stage.states() == ["waiting"]


async def test_what_is_overdue_can_wait_for_a_person_who_sends_it(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    made = await pause(stage)
    await go(stage)

    await end(stage, made.id, Overdue.ASK)

    stage.now += HOLD
    assert await go(stage) == []
    [row] = await stage.rows(Delivery)
    assert (row.state, row.act_at, row.problem["code"]) == ("waiting", None, "publishing.missed")
    async with stage.database.transaction(stage.workspace_id) as session:
        await retry_delivery(session, worker(stage.workspace_id), row.id, now=stage.now)
    assert await go(stage) == ["a"]


async def test_what_another_pause_covers_stays_held(stage: Stage) -> None:
    account_id = await stage.account()
    await stage.plan("a", account_id)
    crisis, own = await pause(stage), await pause(stage, account_id=account_id)
    await go(stage)

    await end(stage, crisis.id)

    stage.now += HOLD
    assert await go(stage) == []
    await end(stage, own.id, Overdue.PUBLISH)
    assert await go(stage) == ["a"]


async def test_what_is_planned_for_later_goes_out_at_its_time_once_the_pause_has_ended(
    stage: Stage,
) -> None:
    made = await pause(stage)
    await end(stage, made.id)
    await stage.plan("a", await stage.account())

    assert await go(stage) == ["a"]


async def test_a_post_that_was_missed_goes_out_late_where_the_calendar_says_so(
    stage: Stage,
) -> None:
    await stage.plan("a", await stage.account())
    stage.now += timedelta(days=2)

    assert await go(stage) == ["a"]


async def test_a_post_that_was_missed_is_skipped_where_the_calendar_says_so(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    await rule(stage, CatchUp.SKIP)
    stage.now += timedelta(minutes=61)

    assert await go(stage) == []
    assert await stage.states() == ["cancelled"]
    assert [post.state for post in await stage.rows(Post)] == ["cancelled"]


async def test_a_post_that_was_missed_waits_for_a_person_where_the_calendar_says_so(
    stage: Stage,
) -> None:
    await stage.plan("a", await stage.account())
    await rule(stage, CatchUp.ASK)
    stage.now += timedelta(minutes=61)

    assert await go(stage) == []
    [row] = await stage.rows(Delivery)
    assert (row.state, row.attempts, row.act_at) == ("waiting", 0, None)
    assert row.problem["code"] == "publishing.missed"
    assert [each["code"] for each in await told(stage, "delivery.held")] == ["publishing.missed"]


@pytest.mark.parametrize(
    ("reached", "sent", "state"),
    [({"sent": [{"id": "1"}]}, ["b"], "done"), ({"files": ["7"]}, [], "cancelled")],
)
async def test_what_is_half_out_goes_on_however_late(
    stage: Stage, reached: Checkpoint, sent: list[str], state: str
) -> None:
    """Of a worker that died between two messages: skipping the rest would leave half a thread.

    What had only sent up a file had nothing out.
    """
    account_id = await stage.account()
    post_id = await stage.plan("a", account_id)
    await rule(stage, CatchUp.SKIP)
    caller = worker(stage.workspace_id)
    said = ChangePost(variants=[VariantInput(account_id=account_id, parts=["a", "b"])])
    async with stage.database.transaction(stage.workspace_id) as session:
        await change_post(session, caller, post_id, said, expected_version=None, now=stage.now)
        rows = await delivering.claim_due(
            session, [caller.workspace_id], by=new_id(), now=stage.now, lease=LEASE, most=1
        )
        [task] = await delivering.prepare(session, caller, rows, now=stage.now)
    step = Step(task, reached, begins=False)
    await delivering.keep_steps(stage.database.reads, [step])
    stage.now += timedelta(minutes=61)

    assert await go(stage) == sent
    assert await stage.states() == [state]


@pytest.mark.parametrize("catch_up", [CatchUp.SKIP, CatchUp.ASK])
async def test_a_post_within_the_calendars_horizon_goes_out(
    stage: Stage, catch_up: CatchUp
) -> None:
    await stage.plan("a", await stage.account())
    await rule(stage, catch_up)
    stage.now += timedelta(minutes=59)

    assert await go(stage) == ["a"]
