"""What is public is kept up to date: dates fall due, updates are approved and carried out once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from domain.connector.errors import Refused
from domain.events.tables import Event
from domain.kernel.caller import Caller, Scope, worker
from domain.kernel.errors import (
    AlreadyExists,
    DeliveryUnderWay,
    Misfit,
    NotAllowedNow,
    PostOnHold,
    PostUnfit,
    ScopeMissing,
    TimePast,
)
from domain.posts.command_shapes import HoldPost
from domain.posts.freezing import hold_post
from domain.posts.settling import retry_delivery
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_post
from domain.upkeep.deciding import approve_update, change_update, dismiss_update
from domain.upkeep.proposing import propose, propose_update
from domain.upkeep.queries import get_update, get_upkeep
from domain.upkeep.rules import UpdateReason, UpdateWay
from domain.upkeep.service import change_upkeep, confirm_upkeep
from domain.upkeep.shapes import ChangeUpkeep, ConfirmUpkeep, UpkeepView
from domain.upkeep.tables import Update, UpdateCopy
from domain.upkeep.update_shapes import (
    ChangeUpdate,
    CopyChoice,
    DismissUpdate,
    ProposeUpdate,
    UpdateView,
)
from tests.workers.stage import Stage, stage
from tests.workers.test_posts import approval, approve
from tests.world import make_account
from workers.upkeep import carry_on_due, keep_up_due

__all__ = ["stage"]

END = datetime(2026, 11, 30, 18, 0)  # noqa: DTZ001 - a wall time
CHECK = datetime(2026, 11, 25, 9, 0)  # noqa: DTZ001 - as above
NEW = ["L’entrée coûte 12 francs."]


class Desk:
    """A post that is public by some accounts, and what people and workers do with it."""

    def __init__(self, stage: Stage, post_id: UUID) -> None:
        self.stage = stage
        self.post_id = post_id
        self.caller = worker(stage.workspace_id)

    def open(self) -> Any:
        return self.stage.database.transaction(self.stage.workspace_id)

    async def set(self, **values: Any) -> UpkeepView:
        command = ChangeUpkeep(**values)
        async with self.open() as session:
            ids = self.caller, self.post_id
            return await change_upkeep(
                session, *ids, command, expected_version=None, now=self.stage.now
            )

    async def confirm(self, **values: Any) -> UpkeepView:
        async with self.open() as session:
            command = ConfirmUpkeep(**values)
            return await confirm_upkeep(
                session, self.caller, self.post_id, command, now=self.stage.now
            )

    async def upkeep(self) -> UpkeepView:
        async with self.open() as session:
            return await get_upkeep(session, self.caller, self.post_id)

    async def propose(self, ways: dict[UUID, str] | None = None, **values: Any) -> UpdateView:
        copies = [CopyChoice(delivery_id=i, way=UpdateWay(w)) for i, w in (ways or {}).items()]
        command = ProposeUpdate(**{"parts": NEW, "copies": copies, **values})
        async with self.open() as session:
            return await propose_update(
                session, self.caller, self.post_id, command, now=self.stage.now
            )

    async def approve(self, id_: UUID, *, by: Caller | None = None) -> UpdateView:
        async with self.open() as session:
            return await approve_update(
                session, by or self.caller, id_, expected_version=None, now=self.stage.now
            )

    async def change(self, id_: UUID, **values: Any) -> UpdateView:
        command = ChangeUpdate(**values)
        async with self.open() as session:
            return await change_update(
                session, self.caller, id_, command, expected_version=None, now=self.stage.now
            )

    async def dismiss(self, id_: UUID, words: str = "Non.") -> UpdateView:
        async with self.open() as session:
            command = DismissUpdate(words=words)
            return await dismiss_update(
                session, self.caller, id_, command, expected_version=None, now=self.stage.now
            )

    async def update(self, id_: UUID) -> UpdateView:
        async with self.open() as session:
            return await get_update(session, self.caller, id_)

    async def due(self) -> int:
        return await keep_up_due(self.stage.context, self.stage.workspace_id, now=self.stage.now)

    async def go(self) -> list[str]:
        """Lets workers do everything there is to do; gives what the network was told."""
        before = len(self.stage.network.texts)
        for _ in range(4):
            await self.stage.deliver()
            await self.stage.quiet()
            self.stage.now += timedelta(minutes=1)
            await carry_on_due(self.stage.context, self.stage.workspace_id, now=self.stage.now)
        return self.stage.network.texts[before:]

    async def told(self, kind: str) -> list[dict[str, Any]]:
        return [row.data for row in await self.stage.rows(Event) if row.kind == kind]

    async def copies(self) -> list[UUID]:
        found = await self.stage.rows(Delivery)
        return [row.id for row in found if row.kind == "publish" and row.state == "done"]


async def published(stage: Stage, accounts: int = 1, text: str = "Entrée : 10 francs.") -> Desk:
    post_id = await stage.plan(text, *[await stage.account() for _ in range(accounts)])
    await stage.deliver()
    await stage.quiet()
    return Desk(stage, post_id)


async def test_a_post_whose_validity_ends_is_stale_and_an_update_is_proposed_once(
    stage: Stage,
) -> None:
    desk = await published(stage)
    set_ = await desk.set(valid_until=END)
    early = await desk.due()
    assert set_.valid_until_at is not None
    stage.now = set_.valid_until_at

    found, again = await desk.due(), await desk.due()

    assert (early, found, again) == (0, 1, 0)
    assert (await desk.upkeep()).stale_for == ["expired"]
    assert [row.stale_for for row in await stage.rows(Post)] == [["expired"]]
    [row] = await stage.rows(Update)
    assert (row.reason, row.state, row.proposed_by) == ("expired", "proposed", "worker")
    [copy] = await stage.rows(UpdateCopy)
    assert (copy.way, copy.ways) == ("edit", ["edit", "reply", "repost", "withdraw", "leave"])
    [told] = await desk.told("post.expired")
    assert told == {"update": f"upd_{row.id.hex}", "checker": None}
    assert len(await desk.told("update.proposed")) == 1


async def test_a_wall_time_counts_in_the_zone_of_the_post(stage: Stage) -> None:
    desk = await published(stage)

    made = await desk.set(valid_until=END)

    assert made.time_zone == "Europe/Zurich"
    assert made.valid_until_at is not None
    assert made.valid_until_at.isoformat() == "2026-11-30T17:00:00+00:00"
    moved = await desk.set(time_zone="America/New_York")
    assert moved.valid_until == END
    assert moved.valid_until_at is not None
    assert moved.valid_until_at.isoformat() == "2026-11-30T23:00:00+00:00"


async def test_a_check_that_is_due_is_told_until_somebody_says_it_still_holds(
    stage: Stage,
) -> None:
    desk = await published(stage)
    await desk.set(next_check=CHECK, check_every_days=90)
    stage.now += timedelta(days=3)
    await desk.due()
    stale = await desk.upkeep()

    confirmed = await desk.confirm(words="Vérifié.")

    assert stale.stale_for == ["check_due"]
    assert (confirmed.stale_for, confirmed.checked_by) == ([], "worker")
    assert confirmed.next_check == datetime(2027, 2, 24, 9, 0)  # noqa: DTZ001 - a wall time
    assert await desk.due() == 0
    [row] = await stage.rows(Update)
    assert (row.state, row.words) == ("dismissed", "Vérifié.")
    assert [row.stale_for for row in await stage.rows(Post)] == [[]]
    assert len(await desk.told("post.check_due")) == 1
    assert len(await desk.told("post.confirmed")) == 1


async def test_what_is_no_longer_valid_holds_only_with_another_end(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)
    await desk.due()

    with pytest.raises(Misfit):
        await desk.confirm()
    with pytest.raises(TimePast):
        await desk.confirm(valid_until=END)
    before = await desk.upkeep()
    after = await desk.confirm(valid_until=END + timedelta(days=365))

    assert before.stale_for == ["expired"]
    assert after.stale_for == []
    assert after.valid_until == END + timedelta(days=365)


async def test_what_is_not_public_expires_without_an_update(stage: Stage) -> None:
    post_id = await stage.plan("a", await stage.account())
    desk = Desk(stage, post_id)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)

    await desk.due()

    assert await stage.rows(Update) == []
    assert [each["update"] for each in await desk.told("post.expired")] == [None]


async def test_both_dates_are_told_each_at_its_time(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END, next_check=CHECK)
    stage.now += timedelta(days=3)
    await desk.due()
    first = (await desk.upkeep()).stale_for
    stage.now += timedelta(days=10)
    await desk.due()

    assert first == ["check_due"]
    assert (await desk.upkeep()).stale_for == ["expired", "check_due"]
    assert [row.reason for row in await stage.rows(Update)] == ["check_due", "expired"]


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


async def test_what_was_taken_back_meanwhile_is_left(stage: Stage) -> None:
    desk = await published(stage, accounts=1)
    made = await desk.propose()
    async with desk.open() as session:
        await withdraw_post(session, desk.caller, desk.post_id, now=stage.now)
    await desk.go()

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


async def test_a_dismissed_update_is_not_approved_and_the_post_stays_stale(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)
    await desk.due()
    [row] = await stage.rows(Update)

    await desk.dismiss(row.id)

    with pytest.raises(NotAllowedNow):
        await desk.approve(row.id)
    assert (await desk.upkeep()).stale_for == ["expired"]
    assert await desk.due() == 0


async def test_what_was_updated_is_valid_again_without_an_end(stage: Stage) -> None:
    desk = await published(stage)
    await desk.set(valid_until=END)
    stage.now += timedelta(days=30)
    await desk.due()
    [row] = await stage.rows(Update)
    await desk.change(row.id, parts=NEW)

    await desk.approve(row.id)
    await desk.go()

    found = await desk.upkeep()
    assert (found.stale_for, found.valid_until, found.valid_until_at) == ([], None, None)
    assert await desk.due() == 0


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


async def test_what_is_on_legal_hold_is_not_updated(stage: Stage) -> None:
    desk = await published(stage)
    made = await desk.propose()
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
