"""What people say of edits and withdrawals in doubt, and what networks tell behind it."""

from typing import Any
from uuid import UUID

import pytest

from domain.accounts.service import remove_account
from domain.connector.words import InboxItem, InboxKind
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.mentions.ingest import ingest
from domain.mentions.rules import MentionStatus
from domain.mentions.service import change_mention, create_answer
from domain.mentions.settling import settle_delivery
from domain.mentions.shapes import ChangeMention, CreateAnswer, Reading
from domain.mentions.tables import Mention
from domain.posts import delivering
from domain.posts.command_shapes import ChangePost, EditPost, VariantInput, WithdrawPost
from domain.posts.delivering import Step
from domain.posts.delivery_shapes import Settlement
from domain.posts.editing import edit_post
from domain.posts.service import change_post
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_post
from tests.inboxes import ANNA
from tests.workers.stage import LEASE, Stage, stage
from tests.workers.test_half_out import do, go
from tests.workers.test_order import another, deliver_by
from tests.world import WORKER

__all__ = ["stage"]
THERE = Settlement(is_published=True, remote_id="a")
NOT_THERE = Settlement(is_published=False)


async def publish(stage: Stage) -> tuple[UUID, UUID]:
    """A public post and its account."""
    account_id = await stage.account()
    post_id = await stage.plan("a", account_id)
    assert await go(stage) == ["a"]
    return post_id, account_id


async def doubt(stage: Stage, account_id: UUID) -> UUID:
    """A worker dies as it speaks, and the account is removed: only people can tell what came of it.

    Gives the delivery.
    """
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        claims = await delivering.claim_due(
            session, [stage.workspace_id], by=WORKER, now=stage.now, lease=LEASE, most=1
        )
        [task] = await delivering.prepare(session, caller, claims, now=stage.now)
    await delivering.keep_steps(stage.database.reads, [Step(task, None, begins=True)])
    await do(stage, remove_account, account_id, expected_version=None)
    stage.now += LEASE
    assert await go(stage) == []
    [row] = [row for row in await stage.rows(Delivery) if row.state == "unknown"]
    assert (row.id, row.act_at) == (task.id, None)
    return task.id


async def kinds(stage: Stage, since: int) -> list[str]:
    found = sorted(await stage.rows(Event), key=lambda event: event.number)
    return [event.kind for event in found[since:]]


async def test_copy_that_somebody_found_gone_is_withdrawn(stage: Stage) -> None:
    """The withdrawal failed as "not there", and the post stayed public for good."""
    post_id, account_id = await publish(stage)
    await do(stage, withdraw_post, post_id, WithdrawPost())
    id_ = await doubt(stage, account_id)
    since = len(await stage.rows(Event))

    view = await do(stage, settle_delivery, id_, NOT_THERE)

    [copy, _] = await stage.rows(Delivery)
    [post] = await stage.rows(Post)
    assert (view.state, view.problem) == ("done", None)
    assert (copy.state, copy.read_back_at, post.state) == ("withdrawn", None, "withdrawn")
    assert await kinds(stage, since) == [
        "delivery.withdrawn",
        "delivery.settled",
        "post.withdrawn",
    ]


async def test_withdrawal_of_what_somebody_still_sees_has_failed(stage: Stage) -> None:
    post_id, account_id = await publish(stage)
    await do(stage, withdraw_post, post_id, WithdrawPost())
    id_ = await doubt(stage, account_id)

    view = await do(stage, settle_delivery, id_, THERE)

    [copy, _] = await stage.rows(Delivery)
    [post] = await stage.rows(Post)
    assert view.problem is not None
    assert view.problem.message == "Somebody looked, and it is still there."
    assert view.state == "failed"
    assert (copy.state, post.state) == ("done", "published")


@pytest.mark.parametrize(
    ("word", "state", "text"), [(THERE, "done", "b"), (NOT_THERE, "failed", "a")]
)
async def test_post_says_what_somebody_read_of_its_edit(
    stage: Stage, word: Settlement, state: str, text: str
) -> None:
    """Found there, the edit was done, and copy and post kept the words of before."""
    post_id, account_id = await publish(stage)
    await do(stage, edit_post, post_id, EditPost(parts=["b"]))
    id_ = await doubt(stage, account_id)

    view = await do(stage, settle_delivery, id_, word)

    [copy, edit] = await stage.rows(Delivery)
    [post] = await stage.rows(Post)
    assert (view.state, edit.remote_id, edit.published_at) == (state, None, None)
    assert (post.text, post.state) == (text, "published")
    assert (copy.content["parts"], copy.remote_id) == ([text], "a")


async def test_what_a_worker_told_late_of_a_thread_is_shown_and_can_be_taken_back(
    stage: Stage,
) -> None:
    """Of the message behind it somebody said that it is not there: then nothing was public."""
    account_id = await stage.account("E")
    post_id = await stage.plan("master", account_id)
    said = ChangePost(variants=[VariantInput(account_id=account_id, parts=["one", "two"])])
    await do(stage, change_post, post_id, said, expected_version=None)
    await lose_claim(stage)
    stage.network.gate.set()
    await stage.quiet()
    [row] = await stage.rows(Delivery)

    view = await do(stage, settle_delivery, row.id, NOT_THERE)
    await do(stage, withdraw_post, post_id, WithdrawPost())

    assert (view.state, [ref.remote_id for ref in view.refs]) == ("failed", ["one"])
    assert await go(stage) == ["no one"]


async def lose_claim(stage: Stage) -> None:
    """Its first answer comes after the lease has ended, and another worker could look nowhere."""
    stage.network.gate.clear()
    await stage.deliver()
    await stage.network.begun.wait()
    stage.now += LEASE
    other = another(stage.context)
    await deliver_by(other, stage)
    while running := other.outbox._running:
        await next(iter(running))


async def test_mention_that_was_opened_again_stays_open_when_its_answer_is_told_once_more(
    stage: Stage,
) -> None:
    """What came late of an answer that was settled already answered its mention anew."""
    mention_id = await heard(stage, await stage.account("E"))
    await do(stage, create_answer, mention_id, CreateAnswer(text="oui"), expected_version=None)
    await lose_claim(stage)
    [row] = await stage.rows(Delivery)
    word = Settlement(is_published=True, remote_id="oui")
    await do(stage, settle_delivery, row.id, word)
    again = ChangeMention(status=MentionStatus.OPEN)
    await do(stage, change_mention, mention_id, again, expected_version=None)

    stage.network.gate.set()
    await stage.quiet()

    [mention] = await stage.rows(Mention)
    told = [event.kind for event in await stage.rows(Event)]
    assert (mention.status, told.count("mention.answered")) == ("open", 1)


async def heard(stage: Stage, account_id: UUID) -> UUID:
    """A mention in the account's inbox."""
    said: dict[str, Any] = {"said_at": stage.now, "text": "Bonjour", "language": None, "url": None}
    item = InboxItem(
        kind=InboxKind.MENTION, remote_id="m1", author=ANNA, about=None, root=None, **said
    )
    reading = Reading(
        account_id=account_id,
        community_id=stage.community_id,
        network="sandbox",
        server="http://sandbox.test",
        remote_id="vaud",
        connected_at=stage.now,
        is_first=False,
    )
    async with stage.database.transaction(stage.workspace_id) as session:
        caller = worker(stage.workspace_id)
        taken = await ingest(session, caller, reading, [item], now=stage.now)
    return taken.new_ids[0]
