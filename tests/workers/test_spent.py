"""A budget that is spent delays a delivery, and everybody is told why and until when."""

from datetime import timedelta

from sqlmodel import update

from domain.agenda.kinds import NOTHING_TO_DO
from domain.agenda.queries import list_agenda
from domain.connector.errors import PostsSpent, RateLimited, StillWorking, Unavailable
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.kernel.pages import PageRequest
from domain.posts.command_shapes import WithdrawPost
from domain.posts.delivery_queries import delivery_view
from domain.posts.rules import MOST_ASKED
from domain.posts.tables import Delivery
from domain.posts.withdrawing import withdraw_post
from tests.workers.stage import Stage, stage

__all__ = ["stage"]

SPENT = "outbound.budget_spent"


async def test_a_spent_budget_delays_and_says_until_when(stage: Stage) -> None:
    until = stage.now + timedelta(minutes=4)
    said = "The rate budget of this account at the sandbox is spent."
    stage.network.refusals["a"] = RateLimited(said, until=until, code=SPENT)
    await stage.plan("a", await stage.account())
    await stage.deliver()
    await stage.quiet()

    [row] = await stage.rows(Delivery)
    problem = delivery_view(row).problem
    events = [each.data for each in await stage.rows(Event) if each.kind == "delivery.waiting"]
    async with stage.database.transaction(stage.workspace_id) as session:
        agenda = await list_agenda(
            session, worker(stage.workspace_id), PageRequest(), now=stage.now
        )
    del stage.network.refusals["a"]
    stage.now = until
    await stage.deliver()
    await stage.quiet()

    assert problem is not None
    assert (row.state, problem.code, problem.message) == ("waiting", SPENT, said)
    assert (problem.acting_party, problem.next_at) == ("network", until)
    assert [(each["code"], each["next_at"]) for each in events] == [(SPENT, until.isoformat())]
    held = [item for item in agenda.data if item.kind == "delivery_held"]
    assert [(item.code, item.message, item.next_at) for item in held] == [(SPENT, said, until)]
    assert [item.remedy for item in held] == [NOTHING_TO_DO]
    assert await stage.states() == ["done"]


async def test_what_waited_long_for_a_budget_has_all_its_tries_when_the_network_is_away(
    stage: Stage,
) -> None:
    """Ten waits counted among the eight tries: the first time it was away was the last."""
    await stage.plan("a", await stage.account())
    for minute in range(10):
        until = stage.now + timedelta(minutes=1)
        stage.network.refusals["a"] = RateLimited("Spent.", until=until, code=SPENT)
        await stage.deliver()
        await stage.quiet()
        stage.now = until
        assert len(stage.network.texts) == minute + 1

    stage.network.refusals["a"] = Unavailable("It is away.")
    states = []
    for _ in range(8):
        await stage.deliver()
        await stage.quiet()
        [row] = await stage.rows(Delivery)
        states.append(row.state)
        stage.now = row.act_at or stage.now

    assert states == ["waiting"] * 7 + ["failed"]
    assert (row.attempts, row.failures, len(stage.network.texts)) == (18, 8, 18)


async def test_what_waited_long_for_a_budget_is_asked_about_its_file_for_all_the_time(
    stage: Stage,
) -> None:
    """Sixty waits for the budget were all the askings there were: the file was given up at once."""
    await stage.plan("a", await stage.account())
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Delivery).values(attempts=MOST_ASKED))
    asked_at = stage.now
    stage.network.refusals["a"] = StillWorking("It is at work on a file.")
    while await stage.states() != ["failed"]:
        await stage.deliver()
        await stage.quiet()
        [row] = await stage.rows(Delivery)
        stage.now = row.act_at or stage.now

    assert (row.askings, row.failures, len(stage.network.texts)) == (MOST_ASKED, 0, MOST_ASKED)
    assert stage.now - asked_at == timedelta(minutes=28, seconds=35)


async def test_what_waits_behind_a_spent_budget_waits_with_it_and_keeps_its_order(
    stage: Stage,
) -> None:
    """Each tried for itself: whatever tried as the budget got whole overtook the others."""
    account_id, until = await stage.account(), stage.now + timedelta(minutes=4)
    stage.network.refusals["a"] = RateLimited("Spent.", until=until, code=SPENT)
    for text in ("a", "b", "c"):
        await stage.plan(text, account_id)
    await stage.deliver()
    await stage.quiet()

    tried, rows = list(stage.network.texts), await stage.rows(Delivery)
    del stage.network.refusals["a"]
    stage.now = until
    await stage.deliver()
    await stage.quiet()

    assert tried == ["a"]
    assert [(row.state, row.act_at) for row in rows] == [("waiting", until)] * 3
    assert [(row.attempts, row.problem["code"]) for row in rows] == [
        (1, SPENT),
        (0, SPENT),
        (0, SPENT),
    ]
    assert stage.network.texts == ["a", "a", "b", "c"]
    assert await stage.states() == ["done"] * 3


async def test_answers_go_on_where_the_posts_of_a_day_alone_are_spent(stage: Stage) -> None:
    """All that an account said was held for an hour as soon as its posts of a day were out."""
    account_id, until = await stage.account(), stage.now + timedelta(hours=1)
    stage.network.refusals["a"] = PostsSpent("Spent.", until=until)
    for text in ("a", "b"):
        await stage.plan(text, account_id)
    await stage.deliver()
    await stage.quiet()

    rows = {row.state: row for row in await stage.rows(Delivery)}
    assert stage.network.texts == ["a", "b"]
    assert rows["waiting"].act_at == until
    assert sorted(rows) == ["done", "waiting"]


async def test_what_falls_due_beside_it_waits_with_it_unclaimed(stage: Stage) -> None:
    account_id, until = await stage.account(), stage.now + timedelta(minutes=4)
    stage.network.refusals["a"] = RateLimited("Spent.", until=until, code=SPENT)
    stage.network.gate.clear()
    await stage.plan("a", account_id)
    await stage.deliver()
    await stage.network.begun.wait()
    await stage.plan("b", account_id)
    await stage.plan("elsewhere", await stage.account())
    stage.network.gate.set()
    await stage.quiet()

    rows = await stage.rows(Delivery)
    assert [(row.act_at, row.problem is None) for row in rows] == [
        (until, False),
        (until, False),
        (stage.now, True),
    ]


async def test_what_falls_due_while_a_budget_is_spent_waits_behind_the_others(
    stage: Stage,
) -> None:
    account_id, until = await stage.account(), stage.now + timedelta(minutes=4)
    stage.network.refusals["a"] = RateLimited("Spent.", until=until, code=SPENT)
    await stage.plan("a", account_id)
    await stage.deliver()
    await stage.quiet()
    stage.now = until - timedelta(seconds=1)
    await stage.plan("b", account_id)
    await stage.deliver()
    await stage.quiet()

    tried, [_, row] = list(stage.network.texts), await stage.rows(Delivery)
    del stage.network.refusals["a"]
    stage.now = until
    await stage.deliver()
    await stage.quiet()

    assert tried == ["a"]
    assert (row.state, row.act_at, row.attempts) == ("waiting", until, 0)
    assert [row.problem["code"], row.problem["message"]] == [SPENT, "Spent."]
    assert stage.network.texts == ["a", "a", "b"]
    assert await stage.states() == ["done"] * 2


async def test_a_withdrawal_does_not_wait_until_something_may_be_brought_out(
    stage: Stage,
) -> None:
    account_id, until = await stage.account(), stage.now + timedelta(minutes=4)
    regretted = await stage.plan("regretted", account_id)
    await stage.deliver()
    await stage.quiet()
    stage.network.refusals["a"] = RateLimited("Spent.", until=until, code=SPENT)
    await stage.plan("a", account_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        await withdraw_post(
            session, worker(stage.workspace_id), regretted, WithdrawPost(), now=stage.now
        )
    await stage.deliver()
    await stage.quiet()

    assert stage.network.texts == ["regretted", "a", "no regretted"]
