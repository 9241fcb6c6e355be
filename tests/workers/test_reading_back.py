"""Copies that are read back, with the sandbox played by a fake at the port."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from domain.accounts.tables import Account
from domain.connector.errors import GrantExpired, NetworkError, RateLimited, Refused, Unavailable
from domain.connector.http import Call, Reply
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.posts.command_shapes import EditPost, WithdrawPost
from domain.posts.drift import DOUBT, LOOKS
from domain.posts.drifted import check_delivery
from domain.posts.editing import edit_post
from domain.posts.tables import Delivery
from domain.posts.withdrawing import withdraw_post
from domain.upkeep.drifting import accept_drift
from domain.upkeep.tables import Update, UpdateCopy
from tests.conftest import NOW
from tests.workers.stage import Stage, stage
from workers.context import Context
from workers.reading_back import LOCKED_OUT_WAIT, TRY_AGAIN, read_back_due

__all__ = ["stage"]

WORDS = "Good morning, village!"
CUT = {"text": "Good morning"}


async def published(stage: Stage, *texts: str) -> None:
    account_id = await stage.account()
    for text in texts or (WORDS,):
        await stage.plan(text, account_id)
    await stage.deliver()
    await stage.quiet()


async def look(stage: Stage, after: timedelta = LOOKS[0]) -> int:
    stage.now += after
    claimed = await read_back_due(stage.context, stage.workspace_id, now=stage.now)
    await stage.context.slots.drain(10)
    return claimed


async def copy(stage: Stage) -> Delivery:
    found: Delivery = (await stage.rows(Delivery))[0]
    return found


async def told(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    rows = await stage.rows(Event)
    return [(row.kind, row.data) for row in rows if "content_drift" in row.kind]


def codes(row: Delivery) -> list[str]:
    return [each["code"] for each in row.drift or []]


async def test_what_is_shown_as_it_was_sent_is_checked_three_times_and_never_told(
    stage: Stage,
) -> None:
    await published(stage)
    before = await copy(stage)

    claimed = [await look(stage, after) for after in (timedelta(0), *LOOKS, timedelta(days=9))]

    row = await copy(stage)
    assert claimed == [0, 1, 1, 1, 0]
    assert before.read_back_at == NOW + LOOKS[0]
    assert (row.drift, row.drifted_at, row.read_back_at) == (None, None, None)
    assert row.checked_at == NOW + sum(LOOKS, timedelta(0))
    assert row.version == before.version + 3
    assert await told(stage) == []


async def test_copies_of_an_account_are_asked_for_in_one_call(stage: Stage) -> None:
    await published(stage, "a", "b")

    assert await look(stage) == 2

    assert [sorted(asked.split()) for asked in stage.network.asked] == [["a", "b"]]


async def test_drift_is_told_once_and_again_when_it_is_resolved(stage: Stage) -> None:
    await published(stage)
    stage.network.shown[WORDS] = CUT
    await look(stage)
    first = await copy(stage)
    await look(stage, LOOKS[1])
    second = await copy(stage)
    stage.network.shown.clear()
    await look(stage, LOOKS[2])

    row = await copy(stage)
    assert first.drift == [{"code": "truncated", "part": 0, "sent": WORDS, "shown": "Good morning"}]
    assert first.drifted_at == second.drifted_at == NOW + LOOKS[0]
    assert (row.drift, row.drifted_at) == (None, None)
    assert [
        (kind, data["codes"], data["previous"]["codes"]) for kind, data in await told(stage)
    ] == [
        ("delivery.content_drift", ["truncated"], []),
        ("delivery.content_drift_resolved", [], ["truncated"]),
    ]


async def test_drift_is_proposed_to_be_put_right_once(stage: Stage) -> None:
    await published(stage)
    stage.network.shown[WORDS] = CUT
    await look(stage)
    await look(stage, LOOKS[1])

    [update] = await stage.rows(Update)
    [copied] = await stage.rows(UpdateCopy)

    assert (update.reason, update.state) == ("drifted", "proposed")
    assert update.post_id == (await copy(stage)).post_id
    assert (copied.delivery_id, copied.way) == ((await copy(stage)).id, "edit")


async def test_proposal_is_taken_back_once_nothing_differs_any_more(stage: Stage) -> None:
    await published(stage)
    stage.network.shown[WORDS] = CUT
    await look(stage)
    stage.network.shown.clear()
    await look(stage, LOOKS[1])

    [update] = await stage.rows(Update)

    assert (update.state, update.ended_at) == ("dismissed", stage.now)


async def test_proposal_is_taken_back_when_the_drift_is_accepted(stage: Stage) -> None:
    await published(stage)
    stage.network.shown[WORDS] = CUT
    await look(stage)
    async with stage.database.transaction(stage.workspace_id) as session:
        caller, id_ = worker(stage.workspace_id), (await copy(stage)).id
        await accept_drift(session, caller, id_, now=stage.now)

    [update] = await stage.rows(Update)

    assert update.state == "dismissed"


async def test_what_is_not_shown_yet_is_looked_at_again_before_it_is_called_gone(
    stage: Stage,
) -> None:
    await published(stage)
    stage.network.shown[WORDS] = None
    await look(stage)
    first = await copy(stage)
    await look(stage, DOUBT)

    row = await copy(stage)
    assert (first.checked_at, first.drift, first.read_back_at) == (
        None,
        None,
        NOW + LOOKS[0] + DOUBT,
    )
    assert codes(row) == ["gone"]
    assert row.state == "done"
    assert [kind for kind, _ in await told(stage)] == ["delivery.content_drift"]
    async with stage.database.transaction(stage.workspace_id) as session:
        [account] = (
            await session.exec(
                select(Account).where(col(Account.workspace_id) == stage.workspace_id)
            )
        ).all()
    assert account.state == "connected"


async def test_accepted_drift_stays_accepted_until_something_else_is_shown(stage: Stage) -> None:
    await published(stage)
    stage.network.shown[WORDS] = CUT
    await look(stage)
    caller, id_ = worker(stage.workspace_id), (await copy(stage)).id
    async with stage.database.transaction(stage.workspace_id) as session:
        await accept_drift(session, caller, id_, now=stage.now)
    await look(stage, LOOKS[1])
    kept = await copy(stage)
    stage.network.shown[WORDS] = {"text": "Buy our shoes!"}
    await look(stage, LOOKS[2])

    row = await copy(stage)
    assert kept.drift_accepted_at == NOW + LOOKS[0]
    assert (codes(row), row.drift_accepted_at, row.drift_accepted_by) == (
        ["text_differs"],
        None,
        None,
    )
    assert [kind.removeprefix("delivery.content_drift") for kind, _ in await told(stage)] == [
        "",
        "_accepted",
        "",
    ]


async def test_edited_copy_is_held_against_its_new_words(stage: Stage) -> None:
    post_id = await stage.plan(WORDS, await stage.account())
    await stage.deliver()
    await stage.quiet()
    await look(stage)
    await edit(stage, post_id, "Good evening.")
    stage.now += timedelta(minutes=5)
    await stage.deliver()
    await stage.quiet()
    planned = await copy(stage)
    stage.network.shown[planned.remote_id or ""] = {"text": "Good evening."}
    await look(stage)

    row = await copy(stage)
    assert planned.read_back_at == stage.now
    assert (row.checked_at, row.drift, row.read_backs) == (stage.now, None, 1)
    assert await told(stage) == []


async def test_copy_that_is_being_edited_is_not_judged(stage: Stage) -> None:
    post_id = await stage.plan(WORDS, await stage.account())
    await stage.deliver()
    await stage.quiet()
    await edit(stage, post_id, "Good evening.")
    stage.network.shown[WORDS] = {"text": "Good evening."}

    await look(stage)

    row = await copy(stage)
    assert (row.checked_at, row.drift, row.read_back_at) == (None, None, stage.now + DOUBT)


async def test_withdrawn_copy_is_asked_for_no_more(stage: Stage) -> None:
    post_id = await stage.plan(WORDS, await stage.account())
    await stage.deliver()
    await stage.quiet()
    stage.network.shown[WORDS] = CUT
    await look(stage)
    async with stage.database.transaction(stage.workspace_id) as session:
        await withdraw_post(
            session, worker(stage.workspace_id), post_id, WithdrawPost(), now=stage.now
        )
    await stage.deliver()
    await stage.quiet()

    assert await look(stage, timedelta(days=2)) == 0
    row = await copy(stage)
    assert (row.state, row.drift, row.drifted_at, row.read_back_at) == (
        "withdrawn",
        None,
        None,
        None,
    )
    assert len(stage.network.asked) == 1


async def test_copy_that_changed_while_it_was_read_is_not_judged(stage: Stage) -> None:
    await published(stage)
    stage.network.shown[WORDS] = CUT
    stage.now += LOOKS[0]
    own = stage.context
    stage.context = interrupted(stage, own)

    await look(stage, timedelta(0))

    row = await copy(stage)
    assert (row.checked_at, row.drift, row.read_back_at) == (None, None, NOW + timedelta(hours=5))


def interrupted(stage: Stage, own: Context) -> Context:
    """A worker whose claim another took over while the network answered."""

    async def http(call: Call) -> Reply:
        async with stage.database.transaction(stage.workspace_id) as session:
            for row in (await session.exec(select(Delivery))).all():
                row.read_back_at = NOW + timedelta(hours=5)
        return await stage.network(call)

    return replace(own, http=http)


@pytest.mark.parametrize(
    ("silence", "wait"),
    [
        (Unavailable("Out of order."), TRY_AGAIN),
        (RateLimited("Slower.", until=NOW + timedelta(hours=3)), None),
    ],
)
async def test_network_that_does_not_answer_is_asked_again_later(
    stage: Stage, silence: NetworkError, wait: timedelta | None
) -> None:
    await published(stage)
    stage.network.silence = silence

    await look(stage)

    row = await copy(stage)
    assert (row.checked_at, row.drift, row.read_backs) == (None, None, 0)
    assert row.read_back_at == (NOW + timedelta(hours=3) if wait is None else stage.now + wait)


async def test_what_the_network_refuses_to_tell_is_not_asked_for_ever(stage: Stage) -> None:
    await published(stage)
    stage.network.silence = Refused("No.")

    claimed = [await look(stage, after) for after in (*LOOKS, timedelta(days=9))]

    row = await copy(stage)
    assert claimed == [1, 1, 1, 0]
    assert (row.checked_at, row.drift, row.read_back_at) == (None, None, None)


async def test_account_that_is_locked_out_waits_for_its_owner(stage: Stage) -> None:
    await published(stage)
    stage.network.silence = GrantExpired("Who are you?")

    await look(stage)
    stage.network.silence = None
    await look(stage, LOCKED_OUT_WAIT)

    row = await copy(stage)
    assert len(stage.network.asked) == 1
    assert (row.checked_at, row.read_back_at) == (None, stage.now + LOCKED_OUT_WAIT)


async def test_check_that_is_asked_for_is_due_at_once_and_counts_as_the_next(
    stage: Stage,
) -> None:
    await published(stage)
    await look(stage)
    stage.now += timedelta(minutes=5)
    async with stage.database.transaction(stage.workspace_id) as session:
        view = await check_delivery(
            session, worker(stage.workspace_id), (await copy(stage)).id, now=stage.now
        )
    claimed = await look(stage, timedelta(0))

    row = await copy(stage)
    assert (view.next_check_at, claimed, row.checked_at) == (stage.now, 1, stage.now)
    assert row.read_back_at == stage.now + LOOKS[2] - LOOKS[1]


async def edit(stage: Stage, post_id: UUID, text: str) -> None:
    async with stage.database.transaction(stage.workspace_id) as session:
        command = EditPost(parts=[text])
        await edit_post(session, worker(stage.workspace_id), post_id, command, now=stage.now)
