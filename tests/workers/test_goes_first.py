"""What an account brings out behind what surely was not sent: it waits for that, not for long."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.connector.errors import Refused, StillWorking, Unavailable
from domain.posts.rules import backoff
from domain.posts.settling import cancel_delivery
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.workers.stage import Stage, stage
from tests.workers.test_behind_doubt import A_SECOND, after, behind
from tests.workers.test_half_out import begin, do, go
from tests.workers.test_order import Once, another, deliver_by

__all__ = ["stage"]
AWAY = Unavailable("It is away.")
WAIT = backoff(1)


async def away(stage: Stage, error: Exception = AWAY) -> UUID:
    """An account with one message that its network did not take, `a`, and `b` behind it."""
    account_id = await stage.account()
    stage.network.refusals = Once({"a": error})
    for text in ("a", "b"):
        await stage.plan(text, account_id)
    assert await go(stage) == (["a"] if error is AWAY else ["a", "b"])
    return account_id


async def test_what_comes_behind_waits_until_it_is_sent_again(stage: Stage) -> None:
    await away(stage)

    row = await behind(stage)
    too_early = await after(stage, WAIT - A_SECOND)
    then = await after(stage, A_SECOND)

    problem = row.problem or {}
    assert (row.state, row.act_at, row.attempts) == ("waiting", NOW + WAIT, 0)
    assert (problem["code"], problem["acting_party"]) == ("outbound.earlier_again", "network")
    assert (too_early, then) == ([], ["a", "b"])
    assert await stage.states() == ["done", "done"]


async def test_what_falls_due_meanwhile_waits_too_and_other_accounts_do_not(stage: Stage) -> None:
    account_id = await away(stage)
    stage.now += A_SECOND
    await stage.plan("c", account_id)
    await stage.plan("elsewhere", await stage.account())

    at_once = await after(stage, timedelta())
    then = await after(stage, WAIT - A_SECOND)

    assert (at_once, then) == (["elsewhere"], ["a", "b", "c"])


async def test_no_other_worker_overtakes_it(stage: Stage) -> None:
    """Nor this one, begun anew: the row says that it holds the others back, and until when."""
    account_id = await away(stage)
    other = another(stage.context)
    stage.now += A_SECOND
    await stage.plan("c", account_id)

    before = await deliver_by(other, stage)
    stage.context, stage.now = other, NOW + WAIT
    then = await after(stage, timedelta())

    assert (before, then) == (0, ["a", "b", "c"])


async def test_a_network_that_stays_away_holds_a_queue_for_little_more_than_a_minute(
    stage: Stage,
) -> None:
    account_id = await stage.account()
    stage.network.refusals = {"a": AWAY}
    for text in ("a", "b"):
        await stage.plan(text, account_id)
    await go(stage)

    sent, waited = [], timedelta()
    while "b" not in sent:
        waited += WAIT
        sent += await after(stage, WAIT)

    assert waited == backoff(1) + backoff(2) + backoff(3) + backoff(4) == timedelta(seconds=75)
    assert sent == ["a", "a", "a", "a", "b"]
    [first, _] = await stage.rows(Delivery)
    assert (first.state, first.act_at) == ("waiting", stage.now + backoff(5))


@pytest.mark.parametrize("error", [Refused("No."), StillWorking("It works on the file.")])
async def test_behind_what_is_refused_or_worked_on_nothing_waits(
    stage: Stage, error: Exception
) -> None:
    await away(stage, error)

    assert stage.network.texts == ["a", "b"]


async def test_between_the_messages_of_a_thread_nothing_comes(stage: Stage) -> None:
    await begin(stage, AWAY)
    [row] = await stage.rows(Delivery)
    stage.now += A_SECOND
    await stage.plan("c", row.account_id)

    at_once = await after(stage, timedelta())

    assert (at_once, await after(stage, WAIT)) == ([], ["two", "c"])


async def test_what_is_cancelled_keeps_the_others_no_longer_than_it_would_have(
    stage: Stage,
) -> None:
    await away(stage)
    [first, _] = await stage.rows(Delivery)
    await do(stage, cancel_delivery, first.id)

    assert await deliver_by(another(stage.context), stage) == 0
    assert await after(stage, WAIT) == ["b"]
