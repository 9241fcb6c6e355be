"""Messages that never arrive, and those at which Parvis itself breaks: they come to an end."""

from datetime import timedelta
from itertools import pairwise
from typing import cast
from uuid import UUID

import asyncpg
from sqlmodel import col, update

from domain.connector.errors import OutcomeUnknown
from domain.events.tables import Event
from domain.kernel.settings import Settings
from domain.posts.rules import MOST_FAILURES
from domain.posts.settling import retry_delivery
from domain.posts.tables import Attempt, Delivery, Post
from tests.workers.stage import Stage, stage
from tests.workers.test_half_out import do, go

__all__ = ["stage"]
FIRST_WAIT = timedelta(seconds=5)
LOST = OutcomeUnknown("The server is out of order.", said="500 Oops")


async def play_out(stage: Stage) -> list[float]:
    """Goes on until nothing more is to be done; gives the seconds from one sending to the next."""
    sent_at = []
    for _ in range(100):
        sent_at += [stage.now for _ in await go(stage)]
        [row] = await stage.rows(Delivery)
        if row.act_at is None:
            return [(after - before).total_seconds() for before, after in pairwise(sent_at)]
        stage.now = row.act_at
    raise AssertionError("it never ends")


async def test_what_a_network_breaks_at_is_sent_more_and_more_seldom_and_fails(
    stage: Stage,
) -> None:
    """It was sent every few seconds for ever, as each look-up found that nothing had arrived."""
    await stage.plan("a", await stage.account())
    stage.network.refusals["a"] = LOST

    waits = await play_out(stage)
    [row], [post] = await stage.rows(Delivery), await stage.rows(Post)
    events = [each.kind for each in await stage.rows(Event) if each.kind.startswith("delivery.")]

    assert waits == [4, 9, 14, 24, 44, 84, 164]
    assert (row.state, row.failures, post.state) == ("failed", MOST_FAILURES, "failed")
    assert row.problem == {
        "code": "network.unavailable",
        "message": "It was sent and did not arrive.",
        "said": "500 Oops",
        "acting_party": "network",
        "is_retryable": True,
    }
    assert events[-1] == "delivery.failed"


async def test_what_did_not_arrive_once_is_sent_again_at_once(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    stage.network.refusals["a"] = LOST
    await go(stage)
    stage.network.refusals.clear()

    assert await play_out(stage) == []
    [row] = await stage.rows(Delivery)
    assert (row.state, row.problem, stage.network.texts) == ("done", None, ["a", "a"])


async def test_what_failed_in_vain_has_all_its_tries_once_it_is_retried(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    stage.network.refusals["a"] = LOST
    await play_out(stage)
    [row] = await stage.rows(Delivery)

    await do(stage, retry_delivery, row.id)
    waits = await play_out(stage)

    assert waits == [4, 9, 14, 24, 44, 84, 164]


async def test_what_parvis_breaks_at_is_told_and_fails_at_last(stage: Stage) -> None:
    """It stayed `going`, was sent anew after each lease, and nobody was told."""
    await stage.plan("a", await stage.account())
    stage.network.refusals["a"] = KeyError("odd")

    began_at, _ = stage.now, await go(stage)
    [row], [attempt] = await stage.rows(Delivery), await stage.rows(Attempt)
    await play_out(stage)
    [after] = await stage.rows(Delivery)

    assert (attempt.outcome, attempt.code, attempt.detail) == ("unknown", "work.broken", "KeyError")
    assert (row.state, row.act_at) == ("unknown", began_at + timedelta(seconds=2))
    assert (after.state, stage.network.texts) == ("failed", ["a"] * MOST_FAILURES)


async def test_what_parvis_breaks_at_before_anything_is_sent_leaves_no_doubt(stage: Stage) -> None:
    await stage.plan("a", await stage.account("of a class that nobody knows"))

    await go(stage)
    [row] = await stage.rows(Delivery)

    assert stage.network.texts == []
    assert (row.state, row.failures) == ("waiting", 1)
    assert row.problem is not None
    assert row.problem["code"] == "work.broken"


async def test_a_look_up_at_which_parvis_breaks_sends_nothing(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    stage.network.refusals["a"] = LOST
    await go(stage)
    stage.network.silence = KeyError("odd")

    for _ in range(3):
        stage.now += timedelta(minutes=1)
        assert await go(stage) == []
    [row] = await stage.rows(Delivery)

    assert (row.state, row.look_ups) == ("unknown", 3)
    assert row.problem is not None
    assert row.problem["code"] == "work.broken"


async def test_what_parvis_breaks_at_before_it_goes_out_keeps_no_other_back(stage: Stage) -> None:
    """All that was claimed with it stayed where it was, lease after lease."""
    account_id = await stage.account()
    await stage.plan("a", account_id)
    odd_id = await stage.plan("b", account_id)
    await stage.plan("c", account_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        mine = update(Delivery).where(col(Delivery.post_id) == odd_id)
        await session.exec(mine.values(content={"words": "of long ago"}))

    assert await go(stage) == ["a", "c"]

    odd = await delivery_of(stage, odd_id)
    assert (odd.state, odd.failures, odd.act_at) == ("waiting", 1, stage.now + FIRST_WAIT)
    assert odd.problem is not None
    assert (odd.problem["code"], odd.problem["said"]) == ("work.broken", "ValidationError")
    while odd.act_at is not None:
        stage.now = odd.act_at
        assert await go(stage) == []
        odd = await delivery_of(stage, odd_id)
    assert (odd.state, odd.failures) == ("failed", MOST_FAILURES)


async def test_what_postgresql_refuses_keeps_no_other_back(
    stage: Stage, settings: Settings
) -> None:
    """It was taken for an engine that is away, and all that was claimed with it waited."""
    account_id = await stage.account()
    await stage.plan("a", account_id)
    odd_id = await stage.plan("b", account_id)
    assert settings.migration_database_url is not None
    owner = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    odd = f"post_id <> '{odd_id}' OR content IS NULL"
    await owner.execute(f"ALTER TABLE deliveries ADD CONSTRAINT odd CHECK ({odd})")
    try:
        assert await go(stage) == ["a"]
    finally:
        await owner.execute("ALTER TABLE deliveries DROP CONSTRAINT odd")
        await owner.close()

    row = await delivery_of(stage, odd_id)
    assert (row.state, row.failures, row.act_at) == ("waiting", 1, stage.now + FIRST_WAIT)


async def delivery_of(stage: Stage, post_id: UUID) -> Delivery:
    [found] = [each for each in await stage.rows(Delivery) if each.post_id == post_id]
    return cast("Delivery", found)
