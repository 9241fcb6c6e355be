"""The order of an account, kept by one worker and among several."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select, update

from domain.accounts.rules import AccountState
from domain.accounts.tables import Account
from domain.connector.errors import GrantExpired
from domain.kernel.caller import worker
from domain.kernel.database import driver_of
from domain.kernel.ids import new_id
from domain.posts import delivering
from domain.posts.tables import Delivery, Post
from tests.workers.stage import LEASE, Stage, stage
from tests.workers.test_held_back import become
from workers.context import Context
from workers.deliveries import resume
from workers.outbox import Outbox
from workers.posts import deliver_due

__all__ = ["stage"]

A_SECOND = timedelta(seconds=1)
WAITING_FOR_A_LOCK = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def another(context: Context) -> Context:
    """Of a second worker."""
    return replace(context, worker_id=new_id(), outbox=Outbox(20))


async def deliver_by(context: Context, stage: Stage) -> int:
    return await deliver_due(context, stage.workspace_id, now=stage.now)


async def test_what_fell_due_before_goes_out_first_though_it_was_claimed_later(
    stage: Stage,
) -> None:
    stage.network.gate.clear()
    account_id = await stage.account()
    begin = stage.now
    for text, after in (("first", 0), ("third", 2), ("second", 1)):
        stage.now = begin + after * A_SECOND
        await stage.plan(text, account_id)
        stage.now = begin + 2 * A_SECOND
        await stage.deliver()
        await stage.network.begun.wait()

    stage.network.gate.set()
    await stage.quiet()

    assert stage.network.texts == ["first", "second", "third"]


async def test_an_account_speaks_through_one_worker_at_a_time(stage: Stage) -> None:
    other = another(stage.context)
    stage.network.gate.clear()
    account_id = await stage.account()
    await stage.plan("first", account_id)
    await stage.deliver()
    await stage.network.begun.wait()
    stage.now += A_SECOND
    await stage.plan("second", account_id)
    await stage.plan("elsewhere", await stage.account())

    while_held = await deliver_by(other, stage)
    by_the_holder = await stage.deliver()
    stage.network.gate.set()
    await stage.quiet()

    assert (while_held, by_the_holder) == (1, 1)
    assert [text for text in stage.network.texts if text != "elsewhere"] == ["first", "second"]


async def test_what_a_worker_is_done_with_is_free_for_others(stage: Stage) -> None:
    other = another(stage.context)
    account_id = await stage.account()
    await stage.plan("first", account_id)
    await stage.deliver()
    await stage.quiet()
    await stage.plan("second", account_id)

    assert await deliver_by(other, stage) == 1
    while running := other.outbox._running:
        await next(iter(running))
    assert stage.network.texts == ["first", "second"]


async def test_an_account_is_free_again_when_the_lease_of_its_worker_ends(stage: Stage) -> None:
    other = another(stage.context)
    stage.network.gate.clear()
    account_id = await stage.account()
    await stage.plan("first", account_id)
    await stage.deliver()
    await stage.network.begun.wait()
    await stage.plan("second", account_id)

    before = await deliver_by(other, stage)
    stage.now += LEASE
    after = await deliver_by(other, stage)
    stage.network.gate.set()
    await stage.quiet()

    assert (before, after) == (0, 2)


async def test_a_claim_under_way_has_its_accounts_to_itself(stage: Stage) -> None:
    account_id = await stage.account()
    for text in ("first", "second"):
        await stage.plan(text, account_id)
    claim = partial(delivering.claim_due, now=stage.now, lease=LEASE, most=1)

    async with (
        stage.database.transaction(stage.workspace_id) as session,
        stage.database.transaction(stage.workspace_id) as beside,
    ):
        ours = await claim(session, [stage.workspace_id], by=new_id())
        theirs = await claim(beside, [stage.workspace_id], by=new_id())

    assert (len(ours), len(theirs)) == (1, 0)


async def test_what_waits_for_one_moment_is_claimed_as_it_was_planned(stage: Stage) -> None:
    caller, account_id, moment = worker(stage.workspace_id), await stage.account(), stage.now
    for text, after in (("second", 1), ("first", 0)):
        stage.now = moment + after * A_SECOND
        await stage.plan(text, account_id)
    stage.now = moment + 5 * A_SECOND
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Delivery).values(act_at=stage.now))
        claims = await delivering.claim_due(
            session, [caller.workspace_id], by=new_id(), now=stage.now, lease=LEASE, most=1
        )

    assert [row["due_at"] for row in claims] == [moment]


async def test_what_is_claimed_meanwhile_does_not_overtake_what_is_not_in_its_lane_yet(
    stage: Stage,
) -> None:
    """The timer claimed what fell due while the sweep still prepared what was due before it."""
    account_id = await stage.account()
    await stage.plan("first", account_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(select(Post).with_for_update())
        sweeping = asyncio.create_task(stage.deliver())
        while await stage.states() != ["going"]:  # noqa: ASYNC110 - the row tells
            await asyncio.sleep(0)
        stage.now += A_SECOND
        await stage.plan("second", account_id)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await stage.deliver()

    claimed = await sweeping, await stage.deliver()
    await stage.quiet()

    assert claimed == (1, 1)
    assert stage.network.texts == ["first", "second"]


class Once(dict[str, Exception]):
    """Each is met once."""

    def __getitem__(self, text: str) -> Exception:
        return self.pop(text)


async def test_what_met_a_grant_that_is_renewed_by_now_is_not_overtaken(stage: Stage) -> None:
    """It was sent again behind all that waited in its lane."""
    account_id = await stage.account()
    for text in ("first", "second"):
        await stage.plan(text, account_id)
    stage.network.gate.clear()
    stage.network.refusals = Once({"first": GrantExpired("It has run out.")})
    await stage.deliver()
    await stage.network.begun.wait()
    async with stage.database.transaction(stage.workspace_id) as session:
        row = await session.get_one(Account, (stage.workspace_id, account_id))
        row.granted_at = stage.now + A_SECOND
    stage.network.gate.set()
    await stage.quiet()
    stage.now += A_SECOND
    await stage.deliver()
    await stage.quiet()

    assert stage.network.texts == ["first", "first", "second"]
    assert await stage.states() == ["done", "done"]


async def test_an_account_that_was_connected_while_its_queue_was_held_goes_on_in_order(
    stage: Stage,
) -> None:
    """What was held a moment too late to be brought forward stayed behind for five minutes."""
    account_id = await stage.account()
    for text in ("first", "second"):
        await stage.plan(text, account_id)
    await become(stage, account_id, AccountState.CONNECTING)
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Post).values(state="going_out"))
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(select(Post).with_for_update())
        await session.exec(update(Account).values(state=AccountState.CONNECTED))
        await stage.deliver()
        # Its line found the account as it was; its record waits for the post.
        raw = await driver_of(session)
        while not await raw.fetchval(WAITING_FOR_A_LOCK):  # noqa: ASYNC110 - the database tells
            await asyncio.sleep(0)
    await stage.quiet()
    await stage.deliver()
    await stage.quiet()

    assert stage.network.texts == ["first", "second"]


async def test_what_was_held_goes_out_before_what_fell_due_while_its_account_could_not_speak(
    stage: Stage,
) -> None:
    caller, account_id, begin = worker(stage.workspace_id), await stage.account(), stage.now
    for text, after in (("first", 0), ("second", 1)):
        stage.now = begin + after * A_SECOND
        await stage.plan(text, account_id)
    stage.now = begin
    await become(stage, account_id, AccountState.ACTION_REQUIRED)
    await stage.deliver()
    await stage.quiet()
    stage.now = begin + 2 * A_SECOND
    await become(stage, account_id, AccountState.CONNECTED)
    await resume(stage.context, stage.workspace_id, account_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        [claim] = await delivering.claim_due(
            session, [caller.workspace_id], by=new_id(), now=stage.now, lease=LEASE, most=1
        )

    assert claim["due_at"] == begin
