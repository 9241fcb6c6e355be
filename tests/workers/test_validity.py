"""A post whose words hold only until a moment: what is late does not go out after it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.calendars.rules import CatchUp
from domain.connector.errors import Refused, Unavailable
from domain.kernel.clock import resolve
from domain.kernel.errors import PublishingExpired, TimeAfterValidity
from domain.pauses.shapes import Overdue
from domain.posts.command_shapes import RetryPost, SchedulePost, WithdrawPost
from domain.posts.many import retry_deliveries
from domain.posts.many_shapes import RetryDeliveries
from domain.posts.planning import schedule_post
from domain.posts.rules import HOLD
from domain.posts.settling import retry_delivery, retry_post
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_post
from tests.workers.desk import Desk
from tests.workers.stage import Stage, stage
from tests.workers.test_half_out import begin, do, go
from tests.workers.test_pauses import end, pause, rule, told

__all__ = ["stage"]

ZONE = "Europe/Zurich"
UNTIL = datetime(2026, 11, 23, 18, 0)  # noqa: DTZ001 - a wall time
LATER = datetime(2026, 12, 23, 18, 0)  # noqa: DTZ001 - as above
SOON = datetime(2026, 11, 23, 10, 0, 30)  # noqa: DTZ001 - as above
OVER = resolve(UNTIL, ZONE)
JUST = timedelta(seconds=1)


async def plan(stage: Stage, text: str = "a") -> Desk:
    """A post that is due now and holds for some hours."""
    desk = Desk(stage, await stage.plan(text, await stage.account()))
    await desk.set(valid_until=UNTIL)
    return desk


async def delivery(stage: Stage) -> tuple[str, str | None, datetime | None]:
    [row] = await stage.rows(Delivery)
    return row.state, row.problem and row.problem["code"], row.act_at


async def late(stage: Stage) -> Desk:
    desk = await plan(stage)
    stage.now = OVER
    assert await go(stage) == []
    return desk


EXPIRED = ("waiting", "publishing.expired", None)


async def test_what_was_late_until_its_words_held_no_longer_waits_for_a_person(
    stage: Stage,
) -> None:
    await rule(stage, CatchUp.PUBLISH)

    await late(stage)

    assert await delivery(stage) == EXPIRED
    [row] = await stage.rows(Delivery)
    assert (row.attempts, row.problem["acting_party"]) == (0, "user")
    assert [each["code"] for each in await told(stage, "delivery.held")] == ["publishing.expired"]
    assert [post.state for post in await stage.rows(Post)] == ["scheduled"]
    stage.now += timedelta(days=1)
    assert await go(stage) == []


async def test_until_then_it_goes_out_however_late(stage: Stage) -> None:
    await plan(stage)
    stage.now = OVER - JUST

    assert await go(stage) == ["a"]


async def test_what_its_network_kept_off_until_then_is_not_sent_any_more(stage: Stage) -> None:
    await plan(stage)
    stage.network.refusals["a"] = Unavailable("Away.")
    assert await go(stage) == ["a"]
    stage.network.refusals.clear()
    stage.now = OVER

    assert await go(stage) == []
    assert await delivery(stage) == EXPIRED


async def test_what_a_pause_kept_off_until_then_is_not_sent_when_it_ends(stage: Stage) -> None:
    await plan(stage)
    paused = await pause(stage)
    await go(stage)
    stage.now = OVER
    await end(stage, paused.id, Overdue.PUBLISH)

    assert await go(stage) == []
    assert await delivery(stage) == EXPIRED


async def test_what_waits_in_a_worker_until_then_is_not_sent(stage: Stage) -> None:
    account_id = await stage.account()
    await stage.plan("first", account_id)
    desk = Desk(stage, await stage.plan("b", account_id))
    await desk.set(valid_until=SOON)
    stage.network.gate.clear()
    await stage.deliver()
    await stage.network.begun.wait()
    stage.now = resolve(SOON, ZONE)
    over = stage.now + HOLD
    stage.network.gate.set()
    await stage.quiet()
    held = [(row.state, row.act_at) for row in await stage.rows(Delivery)][1:]
    stage.now += HOLD
    await go(stage)

    assert stage.network.texts == ["first"]
    assert held == [("waiting", over)]
    [row] = [row for row in await stage.rows(Delivery) if row.state != "done"]
    assert (row.act_at, row.problem["code"]) == (None, "publishing.expired")
    assert len(await told(stage, "delivery.held")) == 1


async def test_of_a_thread_that_is_half_out_the_rest_follows(stage: Stage) -> None:
    post_id = await begin(stage, Unavailable("Away."))
    await Desk(stage, post_id).set(valid_until=UNTIL)
    stage.now = OVER

    assert await go(stage) == ["two"]


async def test_it_goes_out_by_a_retry_once_it_is_said_to_hold_for_longer(stage: Stage) -> None:
    desk = await late(stage)
    await desk.set(valid_until=LATER)
    waited = await go(stage)
    [row] = await stage.rows(Delivery)
    await do(stage, retry_delivery, row.id)

    assert (waited, await go(stage)) == ([], ["a"])


async def test_it_goes_out_when_it_is_planned_anew_once_it_holds_for_longer(stage: Stage) -> None:
    desk = await late(stage)
    await desk.set(valid_until=LATER)
    await do(stage, schedule_post, desk.post_id, SchedulePost(now=True), expected_version=None)

    assert await go(stage) == ["a"]


@pytest.mark.parametrize("after", ["late", "failed"])
async def test_what_holds_no_longer_is_not_sent_by_any_retry(stage: Stage, after: str) -> None:
    desk = await plan(stage)
    if after == "failed":
        await fail(stage)
    stage.now = OVER
    await go(stage)
    [row] = await stage.rows(Delivery)
    before = await delivery(stage)

    for act, given in (
        (retry_delivery, (row.id,)),
        (retry_post, (desk.post_id, RetryPost())),
    ):
        with pytest.raises(PublishingExpired):
            await do(stage, act, *given)
    many = await do(stage, retry_deliveries, RetryDeliveries())

    assert many.delivery_ids == []
    assert await delivery(stage) == before
    assert stage.network.texts == (["a"] if after == "failed" else [])


async def fail(stage: Stage) -> None:
    stage.network.refusals["a"] = Refused("No.")
    await go(stage)
    stage.network.refusals.clear()


async def test_what_is_public_is_taken_back_by_a_retry_though_its_words_hold_no_longer(
    stage: Stage,
) -> None:
    desk = await plan(stage)
    await go(stage)
    stage.now = OVER
    await do(stage, withdraw_post, desk.post_id, WithdrawPost())

    assert await go(stage) == ["no a"]


async def test_what_is_planned_may_not_be_said_to_hold_for_less(stage: Stage) -> None:
    desk = Desk(stage, await stage.plan("a", await stage.account()))
    wall: dict[str, Any] = {"wall_time": LATER, "time_zone": ZONE}
    await do(stage, schedule_post, desk.post_id, SchedulePost(**wall), expected_version=None)

    with pytest.raises(TimeAfterValidity) as caught:
        await desk.set(valid_until=LATER)

    assert caught.value.message.startswith("It is planned for 2026-12-23T17:00:00+00:00")
    assert (await desk.upkeep()).valid_until is None
    await desk.set(valid_until=LATER + timedelta(minutes=1))
