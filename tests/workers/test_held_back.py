"""What people held back, or a lost login, is never skipped: they are asked once it could go out."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.accounts.rules import AccountState
from domain.accounts.tables import Account
from domain.calendars.rules import CatchUp
from domain.connector.errors import GrantExpired, RateLimited, Refused, Unavailable
from domain.kernel.caller import worker
from domain.pauses.shapes import Overdue
from domain.posts.command_shapes import ChangePost, SchedulePost, VariantInput
from domain.posts.planning import schedule_post
from domain.posts.service import change_post
from domain.posts.tables import Delivery, Post
from tests.workers.stage import Stage, stage
from tests.workers.test_pauses import end, go, pause, rule, told
from tests.workers.test_posts import hold, release
from workers.deliveries import resume

__all__ = ["stage"]


async def become(stage: Stage, account_id: UUID, state: AccountState) -> None:
    async with stage.database.transaction(stage.workspace_id) as session:
        row = await session.get_one(Account, (stage.workspace_id, account_id))
        row.state = state


async def try_a_login(stage: Stage, account_id: UUID) -> None:
    """Of an account that works: it is still checked, by the grant that it has."""
    async with stage.database.transaction(stage.workspace_id) as session:
        row = await session.get_one(Account, (stage.workspace_id, account_id))
        row.state, row.check_at = AccountState.CONNECTING, stage.now + timedelta(minutes=5)


async def come_back(stage: Stage, account_id: UUID) -> list[str]:
    await become(stage, account_id, AccountState.CONNECTED)
    await resume(stage.context, stage.workspace_id, account_id)
    return await go(stage)


async def wait_long(stage: Stage) -> None:
    """Hours in which the worker comes back again and again."""
    for _ in range(4):
        assert await go(stage) == []
        stage.now += timedelta(hours=1)


async def code(stage: Stage) -> tuple[str, str]:
    [row] = await stage.rows(Delivery)
    return row.state, row.problem["code"]


@pytest.mark.parametrize("catch_up", [CatchUp.SKIP, CatchUp.ASK])
async def test_an_account_that_needs_a_person_keeps_its_queue_until_they_are_asked(
    stage: Stage, catch_up: CatchUp
) -> None:
    account_id = await stage.account()
    await rule(stage, catch_up)
    await stage.plan("a", account_id)
    await become(stage, account_id, AccountState.ACTION_REQUIRED)
    await wait_long(stage)
    kept = await code(stage)
    sent = await come_back(stage, account_id)

    assert kept == ("waiting", "account.disconnected")
    assert sent == []
    assert await code(stage) == ("waiting", "publishing.missed")
    assert (await stage.rows(Delivery))[0].act_at is None
    assert await told(stage, "delivery.skipped") == []


async def test_account_that_works_while_a_login_is_tried_is_asked_what_comes_too_late(
    stage: Stage,
) -> None:
    account_id = await stage.account()
    await rule(stage, CatchUp.ASK)
    await stage.plan("a", account_id)
    await try_a_login(stage, account_id)
    stage.now += timedelta(hours=2)

    assert await go(stage) == []
    assert await code(stage) == ("waiting", "publishing.missed")


async def test_what_is_published_late_goes_out_when_its_account_is_back(stage: Stage) -> None:
    account_id = await stage.account()
    await rule(stage, CatchUp.PUBLISH)
    await stage.plan("a", account_id)
    await become(stage, account_id, AccountState.ACTION_REQUIRED)
    await wait_long(stage)

    assert await come_back(stage, account_id) == ["a"]


async def test_an_attempt_that_a_lost_login_ended_is_asked_about_too(stage: Stage) -> None:
    account_id = await stage.account()
    await rule(stage, CatchUp.SKIP)
    stage.network.refusals["a"] = GrantExpired("Sign in again.")
    await stage.plan("a", account_id)
    await go(stage)
    await become(stage, account_id, AccountState.ACTION_REQUIRED)
    stage.network.refusals.clear()
    stage.now += timedelta(minutes=6)
    await wait_long(stage)

    assert await come_back(stage, account_id) == []
    assert await code(stage) == ("waiting", "publishing.missed")


async def test_what_a_network_kept_off_is_tried_again_however_late(stage: Stage) -> None:
    await rule(stage, CatchUp.SKIP)
    stage.network.refusals["a"] = Unavailable("Away.")
    await stage.plan("a", await stage.account())
    await go(stage)
    stage.network.refusals.clear()
    stage.now += timedelta(hours=3)

    assert await go(stage) == ["a"]


async def test_what_waited_behind_a_spent_budget_goes_out_however_late(stage: Stage) -> None:
    account_id, until = await stage.account(), stage.now + timedelta(hours=3)
    await rule(stage, CatchUp.SKIP)
    stage.network.refusals["a"] = RateLimited("Spent.", until=until)
    await stage.plan("a", account_id)
    await stage.plan("b", account_id)
    await go(stage)
    stage.network.refusals.clear()
    stage.now = until

    assert await go(stage) == ["a", "b"]


async def test_what_nobody_was_there_to_send_is_still_skipped(stage: Stage) -> None:
    await rule(stage, CatchUp.SKIP)
    await stage.plan("a", await stage.account())
    stage.now += timedelta(hours=2)

    assert await go(stage) == []
    assert await stage.states() == ["cancelled"]


async def test_what_was_on_hold_is_asked_about(stage: Stage) -> None:
    await rule(stage, CatchUp.SKIP)
    id_ = await stage.plan("a", await stage.account())
    await hold(stage, id_)
    await wait_long(stage)
    await release(stage, id_)

    assert await go(stage) == []
    assert await code(stage) == ("waiting", "publishing.missed")


@pytest.mark.parametrize(("late", "state"), [(0, "waiting"), (1, "cancelled")])
async def test_what_fell_due_in_a_pause_is_asked_about_though_no_worker_saw_it(
    stage: Stage, late: int, state: str
) -> None:
    await rule(stage, CatchUp.SKIP)
    made = await pause(stage)
    if late:
        stage.now += timedelta(hours=1)
        await end(stage, made.id)
    await stage.plan("a", await stage.account())
    stage.now += timedelta(hours=2)
    if not late:
        await end(stage, made.id, Overdue.ASK)

    assert await go(stage) == []
    assert await stage.states() == [state]
    assert len(await told(stage, "delivery.skipped")) == late


async def test_a_failed_post_goes_out_by_an_account_that_was_added(stage: Stage) -> None:
    first, second = await stage.account(), await stage.account()
    stage.network.refusals["a"] = Unavailable("Away.")
    id_ = await stage.plan("a", first)
    while await stage.states() != ["failed"]:
        await go(stage)
        stage.now += timedelta(minutes=20)
    stage.network.refusals.clear()
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        variants = [VariantInput(account_id=second)]
        command = ChangePost(variants=variants)
        await change_post(session, caller, id_, command, expected_version=None, now=stage.now)
        now = SchedulePost(now=True)
        await schedule_post(session, caller, id_, now, expected_version=None, now=stage.now)

    assert await go(stage) == ["a"]
    found = {row.account_id: row.state for row in await stage.rows(Delivery)}
    assert found == {first: "cancelled", second: "done"}
    assert [row.state for row in await stage.rows(Post)] == ["published"]


async def test_what_failed_is_planned_anew_with_what_was_added(stage: Stage) -> None:
    first, second = await stage.account(), await stage.account()
    stage.network.refusals["a"] = Refused("Not this.")
    id_ = await stage.plan("a", first)
    await go(stage)
    failed = [row.state for row in await stage.rows(Post)]
    stage.network.refusals.clear()
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        variants = [VariantInput(account_id=first), VariantInput(account_id=second)]
        command = ChangePost(variants=variants)
        await change_post(session, caller, id_, command, expected_version=None, now=stage.now)
        now = SchedulePost(now=True)
        await schedule_post(session, caller, id_, now, expected_version=None, now=stage.now)

    assert failed == ["failed"]
    assert await go(stage) == ["a", "a"]
    assert await stage.states() == ["cancelled", "done", "done"]
    assert [row.state for row in await stage.rows(Post)] == ["published"]
