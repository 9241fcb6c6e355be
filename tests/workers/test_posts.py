"""Posts on their way out of one worker, with the sandbox played by a fake at the port."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, update
from sqlmodel import text as sql

from domain.accounts.tables import Account
from domain.connector.errors import Refused
from domain.connector.http import Call, Reply
from domain.events.tables import Event
from domain.kernel.caller import Caller, Scope, worker
from domain.policies.service import create_policy, remove_policy
from domain.policies.shapes import CreatePolicy, PolicyStep
from domain.posts.approving import give_approval
from domain.posts.command_shapes import ChangePost, HoldPost, VariantInput, WithdrawPost
from domain.posts.finding import find_post
from domain.posts.freezing import hold_post, release_post
from domain.posts.rules import HOLD, DeliveryState, PostState
from domain.posts.service import change_post
from domain.posts.tables import Attempt, Delivery, Post, Variant
from domain.posts.versions import version_at
from domain.posts.withdrawing import withdraw_post
from tests.conftest import NOW
from tests.domain.identity.build import build_member
from tests.workers.stage import LEASE, Stage, beside, stage
from workers.outbox import Outbox
from workers.posts import deliver_due, give_back, keep_leases

__all__ = ["beside", "stage"]


def with_lanes(stage: Stage, lanes: int) -> None:
    stage.context = replace(stage.context, outbox=Outbox(lanes))


async def test_everything_due_is_claimed_at_once_however_few_may_speak(stage: Stage) -> None:
    with_lanes(stage, 1)
    stage.network.gate.clear()
    for text in ("a", "b", "c"):
        await stage.plan(text, await stage.account())

    claimed = await stage.deliver()
    await stage.network.begun.wait()
    going = await stage.states()
    stage.network.gate.set()
    await stage.quiet()

    assert (claimed, going) == (3, [DeliveryState.GOING] * 3)
    assert await stage.states() == [DeliveryState.DONE] * 3
    assert [row.state for row in await stage.rows(Post)] == [PostState.PUBLISHED] * 3
    assert sorted(stage.network.texts) == ["a", "b", "c"]


async def accounts_at(stage: Stage, server: str, number: int) -> list[UUID]:
    ids = [await stage.account() for _ in range(number)]
    async with stage.database.transaction(stage.workspace_id) as session:
        moved = update(Account).where(col(Account.id).in_(ids)).values(server=server)
        await session.exec(moved)
    return ids


@pytest.mark.parametrize(("lanes", "hanging"), [(5, (6,)), (20, (21, 5))])
async def test_servers_that_keep_all_waiting_hold_up_no_other(
    stage: Stage, lanes: int, hanging: tuple[int, ...]
) -> None:
    """What was due at the same moment elsewhere came out as their calls ended, in vain."""
    with_lanes(stage, lanes)
    answers = asyncio.Event()

    async def answering(call: Call) -> Reply:
        if call.url.startswith("http://hanging"):
            await answers.wait()
        return await stage.network(call)

    stage.context = replace(stage.context, http=answering)
    for place, number in enumerate(hanging):
        for each in await accounts_at(stage, f"http://hanging{place}.test", number):
            await stage.plan("hanging", each)
    await stage.plan("elsewhere", await stage.account())

    await stage.deliver()
    async with asyncio.timeout(20):
        await stage.network.begun.wait()
    said = list(stage.network.texts)
    answers.set()
    await stage.quiet()

    assert said == ["elsewhere"]
    assert await stage.states() == [DeliveryState.DONE] * (sum(hanging) + 1)


async def test_an_account_counts_where_it_moved_to(stage: Stage) -> None:
    moved = await stage.account()
    await stage.plan("here", moved)
    await stage.deliver()
    await stage.quiet()
    async with stage.database.transaction(stage.workspace_id) as session:
        there = update(Account).where(col(Account.id) == moved).values(server="http://there.test")
        await session.exec(there)

    await stage.plan("there", moved)
    await stage.deliver()
    await stage.quiet()

    assert stage.context.outbox.servers == {moved: "http://there.test"}


async def test_posts_of_several_workspaces_are_claimed_at_once_and_go_out_each_as_its_own(
    stage: Stage, beside: Stage
) -> None:
    for each in (stage, beside):
        await each.plan(each.workspace_id.hex, await each.account())

    both = stage.workspace_id, beside.workspace_id
    claimed = await deliver_due(stage.context, *both, now=stage.now)
    await stage.quiet()

    assert claimed == 2
    assert sorted(stage.network.texts) == sorted(id_.hex for id_ in both)
    for each in (stage, beside):
        assert await each.states() == [DeliveryState.DONE]
        kinds = [row.kind for row in await each.rows(Event) if row.actor == "worker"]
        assert kinds[-3:] == ["post.going_out", "delivery.done", "post.published"]


async def test_a_workspace_whose_posts_cannot_be_prepared_keeps_no_other_back(
    stage: Stage, beside: Stage
) -> None:
    for each in (stage, beside):
        await each.plan(each.workspace_id.hex, await each.account())
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Variant).values(settings={"sandbox": "no object"}))

    await deliver_due(stage.context, stage.workspace_id, beside.workspace_id, now=stage.now)
    await stage.quiet()

    assert await stage.states() == [DeliveryState.WAITING]
    assert await beside.states() == [DeliveryState.DONE]


async def test_the_messages_of_an_account_go_out_one_after_the_other_in_order(
    stage: Stage,
) -> None:
    stage.network.gate.clear()
    account_id = await stage.account()
    for text in ("first", "second", "third"):
        await stage.plan(text, account_id)
        stage.now += timedelta(seconds=1)

    await stage.deliver()
    await stage.network.begun.wait()
    begun = list(stage.network.texts)
    stage.network.gate.set()
    await stage.quiet()

    assert begun == ["first"]
    assert stage.network.texts == ["first", "second", "third"]


async def test_a_post_on_two_accounts_is_public_when_both_have_it(stage: Stage) -> None:
    post_id = await stage.plan("both", await stage.account(), await stage.account())

    await stage.deliver()
    await stage.quiet()

    [post] = await stage.rows(Post)
    assert (post.id, post.state, post.published_at) == (post_id, "published", NOW)
    assert [row.remote_id for row in await stage.rows(Delivery)] == ["both", "both"]
    assert [row.outcome for row in await stage.rows(Attempt)] == ["done", "done"]


async def test_one_that_is_refused_takes_no_other_with_it(stage: Stage) -> None:
    stage.network.refusals["bad"] = Refused("Not this.")
    account_id = await stage.account()
    for text in ("bad", "good"):
        await stage.plan(text, account_id)

    await stage.deliver()
    await stage.quiet()

    assert sorted(await stage.states()) == [DeliveryState.DONE, DeliveryState.FAILED]
    assert sorted(row.state for row in await stage.rows(Post)) == ["failed", "published"]


async def test_what_waits_its_turn_keeps_its_lease(stage: Stage) -> None:
    with_lanes(stage, 1)
    stage.network.gate.clear()
    for text in ("a", "b"):
        await stage.plan(text, await stage.account())
    await stage.deliver()
    await stage.network.begun.wait()

    stage.now += LEASE / 2
    await keep_leases(stage.context)
    stage.now += LEASE / 2
    claimed_again = await stage.deliver()
    stage.network.gate.set()
    await stage.quiet()

    assert claimed_again == 0
    assert await stage.states() == [DeliveryState.DONE] * 2


async def test_what_lost_its_lease_is_not_sent(stage: Stage) -> None:
    with_lanes(stage, 1)
    stage.network.gate.clear()
    for text in ("a", "b"):
        await stage.plan(text, await stage.account())
    await stage.deliver()
    await stage.network.begun.wait()

    stage.now += LEASE
    stage.network.gate.set()
    await stage.quiet()

    assert len(stage.network.texts) == 1
    assert sorted(await stage.states()) == [DeliveryState.DONE, DeliveryState.GOING]
    assert stage.context.outbox.held() == []


async def test_what_was_never_begun_is_given_back_when_the_worker_stops(stage: Stage) -> None:
    with_lanes(stage, 1)
    stage.network.gate.clear()
    for text in ("a", "b"):
        await stage.plan(text, await stage.account())
    await stage.deliver()
    await stage.network.begun.wait()
    stopping = asyncio.create_task(stage.context.outbox.stop(10))
    await asyncio.sleep(0)
    stage.network.gate.set()

    await give_back(stage.context, await stopping)

    begun = stage.network.texts[0]
    by_title = {row.title: row for row in await stage.rows(Post)}
    waiting = [row for row in await stage.rows(Delivery) if row.state == DeliveryState.WAITING]
    assert by_title[begun].state == PostState.PUBLISHED
    assert [(row.attempts, row.act_at) for row in waiting] == [(0, NOW)]
    assert by_title[{"a": "b", "b": "a"}[begun]].state == PostState.SCHEDULED
    assert await stage.deliver() == 0, "a worker that stops claims nothing"
    with_lanes(stage, 1)
    assert await stage.deliver() == 1
    await stage.quiet()
    assert sorted(stage.network.texts) == ["a", "b"]


async def approval(stage: Stage) -> UUID:
    """A policy that asks for an approval of everything."""
    member_id = await build_member(stage.database, stage.workspace_id)
    command = CreatePolicy(
        community_id=stage.community_id,
        name="Droit",
        steps=[PolicyStep(member_ids=[member_id])],
    )
    async with stage.database.transaction(stage.workspace_id) as session:
        made = await create_policy(session, worker(stage.workspace_id), command, now=NOW)
    return made.id


async def approve(stage: Stage, post_id: UUID, policy_id: UUID) -> None:
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        post = await find_post(session, caller, post_id, None)
        version = await version_at(session, caller, post_id, None)
        assert version is not None
        await give_approval(session, caller, post, version.id, [policy_id], now=stage.now)


async def told(stage: Stage) -> list[str]:
    found = await stage.rows(Event)
    return [each.kind for each in found if each.kind.startswith("delivery.")]


async def test_post_that_falls_due_without_its_approval_is_held_and_told_once(
    stage: Stage,
) -> None:
    await stage.plan("a", await stage.account())
    await approval(stage)

    await stage.deliver()
    await stage.quiet()
    [held] = await stage.rows(Delivery)
    [post] = await stage.rows(Post)
    stage.now += HOLD
    await stage.deliver()
    await stage.quiet()

    assert stage.network.texts == []
    assert (held.state, held.act_at, held.attempts) == (DeliveryState.WAITING, NOW + HOLD, 0)
    assert held.problem["code"] == "post.not_approved"
    assert held.problem["message"] == "Approval is missing for: Droit."
    assert post.state == PostState.SCHEDULED
    assert await told(stage) == ["delivery.held"]
    assert await stage.rows(Attempt) == []


async def test_held_post_goes_out_once_it_is_approved_and_not_once_it_was_edited(
    stage: Stage,
) -> None:
    ids = [await stage.plan(text, await stage.account()) for text in ("a", "b")]
    policy_id = await approval(stage)
    await stage.deliver()
    await stage.quiet()

    for id_ in ids:
        await approve(stage, id_, policy_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        command = ChangePost(text="b, encore")
        caller = worker(stage.workspace_id)
        await change_post(session, caller, ids[1], command, expected_version=None, now=stage.now)
    await stage.deliver()
    await stage.quiet()

    assert stage.network.texts == ["a"]
    states = [DeliveryState.DONE, DeliveryState.WAITING]
    assert await stage.states() == states


async def test_post_that_names_another_account_before_it_goes_out_is_published_there(
    stage: Stage,
) -> None:
    first, second = await stage.account(), await stage.account()
    id_ = await stage.plan("a", first)
    caller, at = worker(stage.workspace_id), stage.now + timedelta(hours=1)
    async with stage.database.transaction(stage.workspace_id) as session:
        command = ChangePost(
            variants=[VariantInput(account_id=second)],
            wall_time=f"{at:%Y-%m-%dT%H:%M:%S}",
            time_zone="UTC",
        )
        await change_post(session, caller, id_, command, expected_version=None, now=stage.now)
    stage.now = at

    await stage.deliver()
    await stage.quiet()

    assert await stage.states() == [DeliveryState.CANCELLED, DeliveryState.DONE]
    assert [row.state for row in await stage.rows(Post)] == [PostState.PUBLISHED]


async def test_policy_that_is_gone_holds_nothing(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    policy_id = await approval(stage)
    await stage.deliver()
    await stage.quiet()
    async with stage.database.transaction(stage.workspace_id) as session:
        caller = worker(stage.workspace_id)
        await remove_policy(session, caller, policy_id, expected_version=None, now=stage.now)

    stage.now += HOLD
    await stage.deliver()
    await stage.quiet()

    assert stage.network.texts == ["a"]
    assert await stage.states() == [DeliveryState.DONE]


async def hold(stage: Stage, post_id: UUID) -> None:
    caller, command = operator(stage), HoldPost(reason="Plainte")
    async with stage.database.transaction(stage.workspace_id) as session:
        await hold_post(session, caller, post_id, command, expected_version=None, now=stage.now)


async def release(stage: Stage, post_id: UUID) -> None:
    async with stage.database.transaction(stage.workspace_id) as session:
        await release_post(session, operator(stage), post_id, expected_version=None, now=stage.now)


def operator(stage: Stage) -> Caller:
    return Caller(stage.workspace_id, "token:tok_0", frozenset(Scope))


async def test_post_on_legal_hold_is_kept_back_and_told_once_while_others_go_out(
    stage: Stage,
) -> None:
    ids = [await stage.plan(text, await stage.account()) for text in ("a", "b")]
    await hold(stage, ids[0])

    await stage.deliver()
    await stage.quiet()
    stage.now += HOLD
    await stage.deliver()
    await stage.quiet()
    texts, [held, _] = list(stage.network.texts), await stage.rows(Delivery)
    told_once = await told(stage)
    await release(stage, ids[0])
    await stage.deliver()
    await stage.quiet()

    assert texts == ["b"]
    assert (held.state, held.attempts) == (DeliveryState.WAITING, 0)
    assert held.act_at == NOW + HOLD + HOLD
    assert (held.problem["code"], held.problem["message"]) == (
        "post.on_hold",
        "On legal hold: Plainte",
    )
    assert told_once.count("delivery.held") == 1
    assert stage.network.texts == ["b", "a"]
    assert await stage.states() == [DeliveryState.DONE, DeliveryState.DONE]


async def test_released_post_that_lacks_an_approval_goes_on_waiting(stage: Stage) -> None:
    id_ = await stage.plan("a", await stage.account())
    await hold(stage, id_)
    await stage.deliver()
    await stage.quiet()
    await approval(stage)

    await release(stage, id_)
    await stage.deliver()
    await stage.quiet()

    assert stage.network.texts == []
    [held] = await stage.rows(Delivery)
    assert held.problem["code"] == "post.not_approved"


async def test_withdrawal_that_is_due_waits_for_the_release_too(stage: Stage) -> None:
    id_ = await stage.plan("a", await stage.account())
    await stage.deliver()
    await stage.quiet()
    async with stage.database.transaction(stage.workspace_id) as session:
        await withdraw_post(session, operator(stage), id_, WithdrawPost(), now=stage.now)
    await hold(stage, id_)

    await stage.deliver()
    await stage.quiet()
    states, texts = await stage.states(), list(stage.network.texts)
    await release(stage, id_)
    await stage.deliver()
    await stage.quiet()

    assert (states, texts) == ([DeliveryState.DONE, DeliveryState.WAITING], ["a"])
    assert stage.network.texts == ["a", "no a"]
    assert await stage.states() == [DeliveryState.WITHDRAWN, DeliveryState.DONE]


async def test_released_post_that_is_late_goes_on_as_its_calendar_says(stage: Stage) -> None:
    id_ = await stage.plan("a", await stage.account())
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(sql("UPDATE calendars SET catch_up = 'ask', catch_up_after_min = 5"))  # type: ignore[call-overload]  # SQLModel types no text()
    await hold(stage, id_)
    for _ in range(2):
        await stage.deliver()
        await stage.quiet()
        stage.now += HOLD
    [held] = await stage.rows(Delivery)

    await release(stage, id_)
    await stage.deliver()
    await stage.quiet()

    assert held.problem["code"] == "post.on_hold"
    assert stage.network.texts == []
    [missed] = await stage.rows(Delivery)
    assert (missed.act_at, missed.problem["code"]) == (None, "publishing.missed")
