"""An approved update is carried out once at every copy: edited, answered, replaced, taken back."""

import asyncio
from datetime import timedelta

import pytest

from domain.connector.errors import Refused
from domain.kernel.errors import DeliveryUnderWay
from domain.posts.command_shapes import WithdrawPost
from domain.posts.settling import retry_delivery
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_post
from domain.upkeep.tables import Update
from tests.workers.desk import NEW, published
from tests.workers.stage import Stage, stage
from tests.workers.test_posts import approval, approve
from workers.upkeep import carry_on_due

__all__ = ["stage"]


async def test_an_approved_update_changes_one_copy_answers_one_and_takes_one_back(
    stage: Stage,
) -> None:
    desk = await published(stage, accounts=4)
    edited, answered, taken, left = await desk.copies()
    made = await desk.propose({answered: "reply", taken: "withdraw", left: "leave"})

    approved = await desk.approve(made.id)
    said = await desk.go()

    assert {c.delivery_id: c.state for c in approved.copies} == {
        edited: "waiting",
        answered: "waiting",
        taken: "waiting",
        left: "left",
    }
    assert sorted(said) == [*NEW, *NEW, "no Entrée : 10 francs."]
    rows = {row.id: row for row in await stage.rows(Delivery)}
    assert rows[edited].content["parts"] == NEW
    assert rows[taken].state == "withdrawn"
    assert rows[left].content["parts"] == ["Entrée : 10 francs."]
    kinds = sorted(row.kind for row in rows.values() if row.kind != "publish")
    assert kinds == ["answer", "edit", "withdraw"]
    done = await desk.update(made.id)
    assert (done.state, done.decided_by) == ("done", "worker")
    assert [copy.state for copy in done.copies] == ["done", "done", "done", "left"]
    assert len(await desk.told("update.done")) == 1


async def test_a_copy_that_is_published_anew_is_taken_back_once_the_new_one_is_out(
    stage: Stage,
) -> None:
    desk = await published(stage)
    [old] = await desk.copies()
    made = await desk.propose({old: "repost"})
    approved = await desk.approve(made.id)
    await carry_on_due(stage.context, stage.workspace_id, now=stage.now + timedelta(seconds=5))
    waiting = [row.kind for row in await stage.rows(Delivery)]

    said = await desk.go()

    assert waiting == ["publish", "publish"], "the old one stays until the new one is there"
    assert said == [*NEW, "no Entrée : 10 francs."]
    posts = {row.id: row for row in await stage.rows(Post)}
    assert posts[desk.post_id].state == "withdrawn"
    assert approved.reposted_as is not None
    new = posts[approved.reposted_as]
    assert (new.state, new.title, new.calendar_id) == (
        "published",
        posts[desk.post_id].title,
        stage.calendar_id,
    )
    done = await desk.update(made.id)
    assert (done.state, [copy.state for copy in done.copies]) == ("done", ["done"])
    assert len(done.copies[0].carried_out_by) == 2


async def test_a_repost_leaves_the_old_copy_while_a_policy_holds_the_new_one(
    stage: Stage,
) -> None:
    desk = await published(stage)
    policy_id = await approval(stage)
    [old] = await desk.copies()
    made = await desk.propose({old: "repost"})
    approved = await desk.approve(made.id)

    held = await desk.go()
    assert approved.reposted_as is not None
    await approve(stage, approved.reposted_as, policy_id)
    said = await desk.go()

    assert held == []
    assert said == [*NEW, "no Entrée : 10 francs."]
    assert (await desk.update(made.id)).state == "done"


async def test_approving_twice_does_nothing_more(stage: Stage) -> None:
    desk = await published(stage, accounts=2)
    copies = await desk.copies()
    made = await desk.propose({copies[1]: "reply"})

    await asyncio.gather(desk.approve(made.id), desk.approve(made.id))
    said = await desk.go()
    again = await desk.approve(made.id)

    assert again.state == "done"
    assert said == [*NEW, *NEW]
    assert len(await stage.rows(Delivery)) == 4
    assert len(await desk.told("update.approved")) == 1


async def test_what_was_taken_back_meanwhile_is_left(stage: Stage) -> None:
    desk = await published(stage, accounts=1)
    made = await desk.propose()
    async with desk.open() as session:
        await withdraw_post(session, desk.caller, desk.post_id, WithdrawPost(), now=stage.now)
    await stage.deliver()
    await stage.quiet()

    approved = await desk.approve(made.id)

    assert (approved.state, [copy.state for copy in approved.copies]) == ("done", ["left"])


async def test_a_copy_that_failed_keeps_its_update_open_until_it_is_retried(
    stage: Stage,
) -> None:
    desk = await published(stage)
    stage.network.refusals[NEW[0]] = Refused("Not this.")
    made = await desk.propose()
    await desk.approve(made.id)
    await desk.go()
    failed = await desk.update(made.id)

    stage.network.refusals.clear()
    async with desk.open() as session:
        [edit] = failed.copies[0].carried_out_by
        await retry_delivery(session, desk.caller, edit, now=stage.now)
    await desk.go()
    stage.now += timedelta(hours=2)
    await carry_on_due(stage.context, stage.workspace_id, now=stage.now)

    assert (failed.state, failed.copies[0].state) == ("approved", "failed")
    assert (await desk.update(made.id)).state == "done"


async def test_what_failed_can_be_left_and_what_is_on_its_way_cannot(stage: Stage) -> None:
    desk = await published(stage)
    stage.network.refusals[NEW[0]] = Refused("Not this.")
    made = await desk.propose()
    await desk.approve(made.id)

    with pytest.raises(DeliveryUnderWay):
        await desk.dismiss(made.id)
    await desk.go()
    left = await desk.dismiss(made.id, "Le réseau ne veut pas.")

    assert (left.state, left.words) == ("dismissed", "Le réseau ne veut pas.")
    assert (await stage.rows(Update))[0].act_at is None
