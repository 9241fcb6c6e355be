"""Updates of what is public are proposed once and decided by who may, or nothing changes."""

import pytest
from sqlmodel import col, select

from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import AlreadyExists, Misfit, PostOnHold, PostUnfit, ScopeMissing
from domain.posts.command_shapes import HoldPost
from domain.posts.freezing import hold_post
from domain.posts.tables import Delivery, Post
from domain.upkeep.proposing import propose
from domain.upkeep.rules import UpdateReason, UpdateWay
from domain.upkeep.tables import Update, UpdateCopy
from domain.upkeep.update_shapes import CopyChoice
from tests.workers.desk import NEW, published
from tests.workers.stage import Stage, stage
from tests.world import make_account

__all__ = ["stage"]


async def test_nothing_is_planned_where_one_copy_cannot_be(stage: Stage) -> None:
    desk = await published(stage, accounts=2)
    copies = await desk.copies()
    made = await desk.propose({copies[1]: "reply"}, parts=["x" * 600])

    with pytest.raises(PostUnfit):
        await desk.approve(made.id)

    assert (await desk.update(made.id)).state == "proposed"
    assert len(await stage.rows(Delivery)) == 2


async def test_words_are_needed_where_something_is_said(stage: Stage) -> None:
    desk = await published(stage, accounts=2)
    copies = await desk.copies()
    made = await desk.propose({copies[1]: "withdraw"}, parts=None)

    with pytest.raises(Misfit) as refused:
        await desk.approve(made.id)

    assert [(each.pointer, each.code) for each in refused.value.faults] == [
        ("/copies/0/parts", "update.words_missing")
    ]
    assert (await desk.update(made.id)).state == "proposed"


async def test_one_reason_is_proposed_once_while_it_waits(stage: Stage) -> None:
    desk = await published(stage)
    await desk.propose()

    with pytest.raises(AlreadyExists):
        await desk.propose()

    assert len(await stage.rows(Update)) == 1


async def test_any_reason_makes_an_update_and_the_same_one_twice(stage: Stage) -> None:
    desk = await published(stage)

    async with desk.open() as session:
        post = await session.get_one(Post, (stage.workspace_id, desk.post_id))
        first = await propose(
            session, desk.caller, post, UpdateReason.DRIFTED, difference="-a", now=stage.now
        )
        second = await propose(
            session, desk.caller, post, UpdateReason.DRIFTED, difference="-b", now=stage.now
        )

    assert first is second
    [row] = await stage.rows(Update)
    assert (row.reason, row.difference, row.version) == ("drifted", "-b", 2)
    assert len(await stage.rows(UpdateCopy)) == 1


async def test_a_network_without_edits_is_offered_a_reply_first(stage: Stage) -> None:
    desk = await published(stage)
    bluesky = await make_account(
        stage.database, stage.workspace_id, stage.community_id, network="bluesky"
    )
    async with desk.open() as session:
        statement = select(Delivery).where(col(Delivery.workspace_id) == stage.workspace_id)
        [copy] = (await session.exec(statement)).all()
        copy.account_id = bluesky

    made = await desk.propose()

    assert made.copies[0].ways == ["reply", "repost", "withdraw", "leave"]
    assert (made.copies[0].network, made.copies[0].way) == ("bluesky", "reply")
    with pytest.raises(Misfit) as refused:
        await desk.change(made.id, copies=[CopyChoice(delivery_id=copy.id, way=UpdateWay.EDIT)])
    assert [each.code for each in refused.value.faults] == ["update.no_way"]


@pytest.mark.parametrize("way", ["edit", "reply", "repost", "withdraw"])
async def test_what_is_on_legal_hold_is_not_updated(stage: Stage, way: str) -> None:
    """A reply went out beneath it, and a repost said its words once more."""
    desk = await published(stage)
    made = await desk.propose({(await desk.copies())[0]: way})
    async with desk.open() as session:
        command = HoldPost(reason="Procédure")
        ids = desk.caller, desk.post_id
        await hold_post(session, *ids, command, expected_version=None, now=stage.now)

    with pytest.raises(PostOnHold):
        await desk.approve(made.id)

    assert (await desk.update(made.id)).state == "proposed"


async def test_who_may_approve_needs_no_other_scope(stage: Stage) -> None:
    desk = await published(stage, accounts=2)
    copies = await desk.copies()
    made = await desk.propose({copies[1]: "reply"})
    approver = Caller(stage.workspace_id, "member:a", frozenset({Scope.POSTS_APPROVE}))
    writer = Caller(stage.workspace_id, "member:b", frozenset({Scope.POSTS_WRITE}))

    with pytest.raises(ScopeMissing):
        await desk.approve(made.id, by=writer)
    approved = await desk.approve(made.id, by=approver)

    assert (approved.state, approved.decided_by) == ("approved", "member:a")
    assert sorted(await desk.go()) == [*NEW, *NEW]
