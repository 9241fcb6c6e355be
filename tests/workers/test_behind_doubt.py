"""What an account brings out behind a message in doubt: it waits for the look-up, not for ever."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from domain.accounts.rules import InDoubt
from domain.accounts.service import change_account
from domain.accounts.shapes import ChangeAccount
from domain.connector.errors import OutcomeUnknown, RateLimited, Unavailable
from domain.posts import delivering
from domain.posts.command_shapes import ChangePost, EditPost, VariantInput, WithdrawPost
from domain.posts.delivery_shapes import Settlement
from domain.posts.editing import edit_post
from domain.posts.service import change_post
from domain.posts.settling import retry_delivery, settle_delivery
from domain.posts.tables import Delivery
from domain.posts.withdrawing import withdraw_post
from tests.conftest import NOW
from tests.workers.stage import LEASE, Stage, listed, stage
from tests.workers.test_half_out import do, go
from tests.workers.test_order import Once, another, deliver_by

__all__ = ["stage"]
LOST = OutcomeUnknown("No answer came.")
A_SECOND = timedelta(seconds=1)
LOOKED_UP = 2 * A_SECOND
"""When the sandbox is asked, after each time it gave no answer, or did not list it yet."""


async def doubt(stage: Stage, *, stands: bool, of: str = "D") -> UUID:
    """An account with one message in doubt, `a`, and one behind it that was due with it, `b`."""
    account_id = await stage.account(of)
    stage.network.refusals = Once({"a": LOST})
    for text in ("a", "b"):
        await stage.plan(text, account_id)
    if stands:
        stage.network.listed = [listed("a")]
    assert await go(stage) == ["a"]
    return account_id


async def after(stage: Stage, wait: timedelta) -> list[str]:
    """What the network is told then, and at once behind that."""
    stage.now += wait
    before = len(stage.network.texts)
    while await stage.deliver():
        await stage.quiet()
    return stage.network.texts[before:]


async def behind(stage: Stage) -> Delivery:
    """What was planned last."""
    async with stage.database.transaction(stage.workspace_id) as session:
        newest = select(Delivery).order_by(col(Delivery.id).desc()).limit(1)
        return (await session.exec(newest)).one()


async def test_what_comes_behind_a_message_in_doubt_waits_until_it_is_found(stage: Stage) -> None:
    await doubt(stage, stands=True)

    row = await behind(stage)
    too_early = await after(stage, LOOKED_UP - A_SECOND)
    then = await after(stage, A_SECOND)

    problem = row.problem or {}
    assert (row.state, row.act_at, row.attempts) == ("waiting", NOW + LOOKED_UP, 0)
    assert (problem["code"], problem["acting_party"]) == ("outbound.earlier_in_doubt", "network")
    assert (too_early, then) == ([], ["b"])
    assert await stage.states() == ["done", "done"]


async def test_what_is_not_found_is_sent_again_before_what_comes_behind_it(stage: Stage) -> None:
    """It overtook: of 1,000 posts under time-outs, 134 went out before one that was due earlier."""
    await doubt(stage, stands=False)
    await stage.plan("c", (await behind(stage)).account_id)

    once = await after(stage, LOOKED_UP)
    twice = await after(stage, LOOKED_UP)

    assert (once, twice) == ([], ["a", "b", "c"])
    assert await stage.states() == ["done"] * 3


async def test_what_falls_due_during_a_doubt_waits_too(stage: Stage) -> None:
    account_id = await doubt(stage, stands=False)
    stage.now += A_SECOND
    await stage.plan("c", account_id)
    await stage.plan("elsewhere", await stage.account())

    at_once = await after(stage, timedelta())
    row, rest = await behind(stage), await after(stage, A_SECOND)

    assert (at_once, rest) == (["elsewhere"], [])
    assert row.state == "done"
    assert await after(stage, LOOKED_UP) == ["a", "b", "c"]


async def test_no_other_worker_overtakes_a_message_in_doubt(stage: Stage) -> None:
    """Nor this one, begun anew: the row says who holds its account, and until when."""
    account_id = await doubt(stage, stands=False)
    other = another(stage.context)
    stage.now += A_SECOND
    await stage.plan("c", account_id)

    before = await deliver_by(other, stage)
    stage.context, stage.now = other, NOW + LOOKED_UP
    once = await after(stage, timedelta())
    twice = await after(stage, LOOKED_UP)

    assert (before, once, twice) == (0, [], ["a", "b", "c"])


async def test_while_a_message_is_looked_up_no_other_worker_speaks_for_its_account(
    stage: Stage,
) -> None:
    account_id = await doubt(stage, stands=False)
    await stage.plan("c", account_id)
    stage.now += LOOKED_UP
    async with stage.database.transaction(stage.workspace_id) as session:
        await delivering.claim_due(
            session,
            [stage.workspace_id],
            by=stage.context.worker_id,
            now=stage.now,
            lease=LEASE,
            most=1,
        )

    assert await deliver_by(another(stage.context), stage) == 0


async def test_a_network_that_answers_nothing_holds_a_queue_for_minutes_at_most(
    stage: Stage,
) -> None:
    """The doubt itself is looked into for as long as it takes."""
    account_id = await doubt(stage, stands=True)
    stage.network.silence = Unavailable("It answers nothing.")
    for wait in (2, 5, 10, 20):
        assert await after(stage, wait * A_SECOND) == []

    told = await after(stage, 40 * A_SECOND)
    await stage.plan("c", account_id)
    stage.context = another(stage.context)
    elsewhere = await after(stage, timedelta())
    stage.network.silence = None
    later = await after(stage, timedelta(minutes=15))

    assert (told, elsewhere, later) == (["b"], ["c"], [])
    assert await stage.states() == ["done"] * 3


async def test_a_queue_of_messages_without_an_answer_is_worked_off(stage: Stage) -> None:
    """Each is sent once, however long the network tells nothing, and none before another."""
    account_id, texts = await stage.account(), list("abcdef")
    stage.network.refusals = dict.fromkeys(texts, LOST)
    stage.network.silence = Unavailable("It answers nothing.")
    for text in texts:
        await stage.plan(text, account_id)
    for _ in range(120):
        await after(stage, timedelta(seconds=5))

    assert stage.network.texts == texts
    assert await stage.states() == ["unknown"] * len(texts)

    stage.network.silence = None
    stage.network.listed = [listed(text) for text in texts]
    assert await after(stage, timedelta(minutes=15)) == []
    assert await stage.states() == ["done"] * len(texts)


async def test_a_look_up_that_is_far_ahead_holds_nobody_back(stage: Stage) -> None:
    await doubt(stage, stands=True)
    until = stage.now + LOOKED_UP + timedelta(minutes=2)
    stage.network.silence = RateLimited("Spent.", until=until)

    assert await after(stage, LOOKED_UP) == ["b"]
    assert await stage.states() == ["unknown", "done"]


async def test_where_a_person_is_asked_the_others_go_on(stage: Stage) -> None:
    await doubt(stage, stands=False, of="E")

    assert await after(stage, LOOKED_UP) == ["b"]
    assert await stage.states() == ["unknown", "done"]


async def test_what_a_person_has_sent_again_waits_for_no_look_up_of_its_own(stage: Stage) -> None:
    await doubt(stage, stands=False)
    row, _ = await stage.rows(Delivery)

    await do(stage, settle_delivery, row.id, Settlement(is_published=False))
    await do(stage, retry_delivery, row.id)

    assert await go(stage) == ["a"]
    assert await after(stage, LOOKED_UP) == ["b"]


async def test_what_is_sent_again_in_doubt_goes_before_the_others(stage: Stage) -> None:
    account_id = await doubt(stage, stands=False, of="E")
    again = ChangeAccount(in_doubt=InDoubt.SEND_AGAIN)
    await do(stage, change_account, account_id, again, expected_version=None)

    assert await after(stage, LOOKED_UP) == ["a", "b"]


@pytest.mark.parametrize("lost", ["one", "two", "comment"])
async def test_no_post_comes_between_the_messages_of_a_thread_in_doubt(
    stage: Stage, lost: str
) -> None:
    """A first comment is the last of them."""
    account_id, texts = await stage.account(), ["one", "two", "comment"]
    thread = await stage.plan("thread", account_id)
    said = VariantInput(account_id=account_id, parts=texts[:2], first_comment=texts[2])
    await do(stage, change_post, thread, ChangePost(variants=[said]), expected_version=None)
    await stage.plan("b", account_id)
    stage.network.refusals = Once({lost: LOST})

    told = [await go(stage), await after(stage, LOOKED_UP), await after(stage, LOOKED_UP)]

    here = texts.index(lost)
    assert told == [texts[: here + 1], [], [*texts[here:], "b"]]
    assert await stage.states() == ["done", "done"]


async def test_what_fails_again_and_again_lets_the_others_go_on(stage: Stage) -> None:
    """Once it is known that it brings nothing out, its next try comes later, and holds nobody."""
    account_id = await stage.account()
    stage.network.refusals = {"a": LOST}
    for text in ("a", "b"):
        await stage.plan(text, account_id)

    told = [await go(stage), *[await after(stage, LOOKED_UP) for _ in range(4)]]

    assert told == [["a"], [], ["a"], [], ["b"]]
    assert await stage.states() == ["waiting", "done"]


async def test_a_withdrawal_waits_for_no_doubt(stage: Stage) -> None:
    account_id = await stage.account()
    regretted = await stage.plan("regretted", account_id)
    await go(stage)
    stage.network.refusals = Once({"a": LOST})
    await stage.plan("a", account_id)
    await do(stage, withdraw_post, regretted, WithdrawPost())

    assert await go(stage) == ["a", "no regretted"]


async def test_an_edit_in_doubt_holds_nobody_back(stage: Stage) -> None:
    """What is new has no order with it."""
    account_id = await stage.account()
    post_id = await stage.plan("a", account_id)
    await go(stage)
    await do(stage, edit_post, post_id, EditPost(parts=["anew"]))
    await stage.plan("b", account_id)
    stage.network.refusals = Once({"anew": LOST})

    assert await go(stage) == ["anew", "b"]
