"""Proposals end by themselves, with their reason, once nothing is left to be done."""

from datetime import timedelta

import pytest
from sqlmodel import col, update

from domain.accounts.tables import Account
from domain.agenda.queries import list_agenda
from domain.agenda.shapes import AgendaKind
from domain.connector.errors import Missing, NetworkError, Refused, Unavailable
from domain.kernel.errors import NotAllowedNow
from domain.kernel.pages import PageRequest
from domain.posts.command_shapes import WithdrawPost
from domain.posts.finding import find_post
from domain.posts.tables import Delivery
from domain.posts.withdrawing import withdraw_copies, withdraw_post
from domain.sources.service import remove_source
from domain.upkeep.closing import NOTHING_PUBLIC, UNWATCHED
from domain.upkeep.drifting import accept_drift
from domain.upkeep.rules import PROPOSED_LOOK
from domain.upkeep.tables import Update
from tests.workers.desk import NEW, Desk, published
from tests.workers.stage import Stage, stage
from tests.workers.test_sources import DAY, Watch, says
from workers.reading_back import read_back_due
from workers.upkeep import carry_on_due

__all__ = ["stage"]


async def carry_on(stage: Stage) -> None:
    await carry_on_due(stage.context, stage.workspace_id, now=stage.now)


async def withdraw(stage: Stage, desk: Desk) -> None:
    async with desk.open() as session:
        await withdraw_post(session, desk.caller, desk.post_id, WithdrawPost(), now=stage.now)
    await stage.deliver()
    await stage.quiet()


async def proposed(stage: Stage, desk: Desk) -> int:
    async with desk.open() as session:
        request, kinds = PageRequest(10, None), [AgendaKind.UPDATE_PROPOSED]
        found = await list_agenda(session, desk.caller, request, kinds=kinds, now=stage.now)
    return len(found.data)


async def test_a_proposal_ends_at_once_when_the_last_copy_was_taken_back(stage: Stage) -> None:
    desk = await published(stage, accounts=2)
    made = await desk.propose()
    before = await proposed(stage, desk)
    await withdraw(stage, desk)
    await carry_on(stage)

    ended = await desk.update(made.id)
    assert (ended.state, ended.words, ended.ended_at) == ("dismissed", NOTHING_PUBLIC, stage.now)
    assert ended.decided_by == desk.caller.actor
    assert [each["words"] for each in await desk.told("update.dismissed")] == [NOTHING_PUBLIC]
    assert (before, await proposed(stage, desk)) == (1, 0)
    with pytest.raises(NotAllowedNow):
        await desk.approve(made.id)


async def test_a_proposal_stays_while_one_copy_is_public(stage: Stage) -> None:
    desk = await published(stage, accounts=2)
    made = await desk.propose()
    async with desk.open() as session:
        post = await find_post(session, desk.caller, desk.post_id, None)
        first = await session.get_one(Delivery, (stage.workspace_id, made.copies[0].delivery_id))
        await withdraw_copies(session, desk.caller, post, [first], now=stage.now)
    await stage.deliver()
    await stage.quiet()
    await carry_on(stage)

    [row] = await stage.rows(Update)
    assert (row.state, row.version) == ("proposed", 1)
    assert row.act_at == stage.now + PROPOSED_LOOK


async def test_a_proposal_ends_once_its_accounts_are_removed(stage: Stage) -> None:
    desk = await published(stage)
    made = await desk.propose()
    async with desk.open() as session:
        account = await session.get_one(Account, (stage.workspace_id, made.copies[0].account_id))
        account.removed_at = stage.now
    stage.now += PROPOSED_LOOK - timedelta(seconds=1)
    await carry_on(stage)
    early = (await desk.update(made.id)).state
    stage.now += timedelta(seconds=1)
    await carry_on(stage)

    assert early == "proposed"
    assert (await desk.update(made.id)).words == NOTHING_PUBLIC


async def test_a_proposal_ends_once_people_accept_that_the_copy_is_gone(stage: Stage) -> None:
    desk = await published(stage)
    made = await desk.propose()
    [copy] = await stage.rows(Delivery)
    stage.network.shown[copy.remote_id] = None
    for _ in range(2):
        stage.now += timedelta(minutes=5)
        await read_back_due(stage.context, stage.workspace_id, now=stage.now)
        await stage.context.slots.drain(10)
    await carry_on(stage)
    still = (await desk.update(made.id)).state
    async with desk.open() as session:
        await accept_drift(session, desk.caller, copy.id, now=stage.now)
    await carry_on(stage)

    assert still == "proposed"
    ended = [(row.reason, row.state) for row in await stage.rows(Update)]
    assert sorted(ended) == [("asked", "dismissed"), ("drifted", "dismissed")]


async def test_an_edit_in_doubt_ends_with_the_copy_and_so_does_its_update(stage: Stage) -> None:
    """It was sent again behind the withdrawal, found nothing there and waited for somebody."""
    desk = await published(stage)
    stage.network.refusals[NEW[0]] = Unavailable("Away.")
    made = await desk.propose()
    await desk.approve(made.id)
    await stage.deliver()
    await stage.quiet()
    async with desk.open() as session:
        # As it is left by a worker that died while it spoke.
        lost = update(Delivery).where(col(Delivery.kind) == "edit")
        await session.exec(lost.values(state="unknown", act_at=stage.now + timedelta(minutes=1)))
    stage.network.refusals[NEW[0]] = Missing("Nothing is there.")
    await withdraw(stage, desk)
    await carry_on(stage)
    stage.now += timedelta(hours=1)
    sent = await desk.go()

    states = {row.kind: (row.state, row.problem) for row in await stage.rows(Delivery)}
    assert states["edit"] == ("cancelled", None)
    assert {kind: state for kind, (state, _) in states.items()} == {
        "publish": "withdrawn",
        "edit": "cancelled",
        "withdraw": "done",
    }
    ended = await desk.update(made.id)
    assert (ended.state, ended.words) == ("dismissed", NOTHING_PUBLIC)
    assert sent == []
    assert len(await desk.told("delivery.cancelled")) == 1
    assert len(await desk.told("delivery.withdrawn")) == 1


@pytest.mark.parametrize(
    ("error", "before"), [(Refused("Not this."), "failed"), (Unavailable("Away."), "waiting")]
)
async def test_edits_that_wait_or_failed_end_with_the_copy_and_so_does_their_update(
    stage: Stage, error: NetworkError, before: str
) -> None:
    desk = await published(stage)
    stage.network.refusals[NEW[0]] = error
    made = await desk.propose()
    await desk.approve(made.id)
    await stage.deliver()
    await stage.quiet()
    tried = [row.state for row in await stage.rows(Delivery) if row.kind == "edit"]
    await withdraw(stage, desk)
    await carry_on(stage)
    stage.now += timedelta(hours=1)
    sent = await desk.go()

    assert tried == [before]
    states = {row.kind: row.state for row in await stage.rows(Delivery)}
    assert states == {"publish": "withdrawn", "edit": "cancelled", "withdraw": "done"}
    ended = await desk.update(made.id)
    assert (ended.state, ended.words) == ("dismissed", NOTHING_PUBLIC)
    assert sent == []
    assert len(await desk.told("delivery.cancelled")) == 1


async def test_what_a_source_proposed_ends_when_it_is_watched_no_longer(stage: Stage) -> None:
    watch = Watch(stage)
    post_id = await watch.publish()
    made = await watch.name(post_id)
    await watch.read(says("Un"))
    await watch.read(says("Deux"), after=DAY)
    asked = await Desk(stage, post_id).propose()

    async with watch.open() as session:
        await remove_source(session, watch.caller, made.id, expected_version=1, now=stage.now)

    found = {row.reason: (row.state, row.words) for row in await stage.rows(Update)}
    assert found == {"source_changed": ("dismissed", UNWATCHED), "asked": ("proposed", None)}
    assert await watch.stale_for(post_id) == []
    assert asked.state == "proposed"
