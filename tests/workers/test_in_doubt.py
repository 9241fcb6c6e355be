"""Messages whose outcome nobody can look up: people are told why and what is next, and decide."""

from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.accounts.credentials import seal_grant
from domain.accounts.rules import InDoubt
from domain.accounts.service import change_account
from domain.accounts.shapes import ChangeAccount
from domain.accounts.tables import Account
from domain.agenda.queries import list_agenda
from domain.agenda.shapes import AgendaItemView
from domain.connector.errors import NetworkError, OutcomeUnknown, Unavailable
from domain.connector.words import Grant
from domain.kernel.caller import worker
from domain.kernel.errors import DeliveryUnderWay, NotAllowedNow
from domain.kernel.pages import PageRequest
from domain.posts.command_shapes import ChangePost, RetryPost, SchedulePost, WithdrawPost
from domain.posts.delivery_shapes import Settlement
from domain.posts.planning import schedule_post
from domain.posts.rules import backoff
from domain.posts.service import change_post, remove_post
from domain.posts.settling import cancel_delivery, retry_delivery, retry_post, settle_delivery
from domain.posts.tables import Attempt, Delivery, Post
from domain.posts.withdrawing import withdraw_post
from tests.domain.accounts.build import KEYS
from tests.workers.stage import Stage, listed, stage
from tests.workers.test_half_out import do, go

__all__ = ["stage"]
CLASS_E = {"idempotency": "E"}
MINUTE = timedelta(minutes=1)
LOST = OutcomeUnknown("No answer came.", said="504 timeout")


async def doubt(stage: Stage, error: NetworkError = LOST, *, of: str = "E") -> tuple[UUID, UUID]:
    """A post whose only message met an error; gives the post and its account."""
    account_id = await stage.account(of)
    post_id = await stage.plan("a", account_id)
    stage.network.refusals["a"] = error
    assert await go(stage) == ["a"]
    return post_id, account_id


async def agenda(stage: Stage) -> AgendaItemView:
    async with stage.database.transaction(stage.workspace_id) as session:
        caller = worker(stage.workspace_id)
        found = await list_agenda(session, caller, PageRequest(), now=stage.now)
    [item] = [each for each in found.data if each.delivery_id]
    return item


async def give(stage: Stage, account_id: UUID, grant: Grant) -> None:
    async with stage.database.transaction(stage.workspace_id) as session:
        row = await session.get_one(Account, (stage.workspace_id, account_id))
        row.sealed_grant = seal_grant(KEYS, stage.workspace_id, account_id, grant)
        row.grant_expires_at, row.granted_at = grant.expires_at, stage.now


async def go_on(stage: Stage, *, times: int) -> list[str]:
    """What the network was told since, a minute at a time."""
    told: list[str] = []
    for _ in range(times):
        stage.now += timedelta(minutes=1)
        told += await go(stage)
    return told


async def test_what_the_network_said_is_shown_while_a_person_is_asked(stage: Stage) -> None:
    """The look-up in vain emptied it: the reason of the doubt stood in the attempts alone."""
    await doubt(stage)
    before = await agenda(stage)
    stage.now = before.next_at or stage.now
    await go(stage)

    [row] = await stage.rows(Delivery)
    item = await agenda(stage)

    problem = row.problem or {}
    assert (row.state, row.act_at, problem["said"]) == ("unknown", None, "504 timeout")
    assert (before.kind, before.remedy) == (
        "outcome_unknown",
        "Nothing: it goes on at `next_at`, by itself.",
    )
    assert (item.remedy, item.acting_party) == (
        "Look on the network, then settle whether it is there.",
        "user",
    )


async def test_what_is_in_doubt_is_neither_sent_again_nor_changed_and_says_why(
    stage: Stage,
) -> None:
    post_id, _ = await doubt(stage)
    [row] = await stage.rows(Delivery)

    with pytest.raises(NotAllowedNow, match="sent again, it might stand there twice"):
        await do(stage, retry_delivery, row.id)
    with pytest.raises(NotAllowedNow, match="sent again, it might stand there twice"):
        await do(stage, retry_post, post_id, RetryPost())
    with pytest.raises(DeliveryUnderWay, match="a person settles it"):
        await do(stage, change_post, post_id, ChangePost(text="b"), expected_version=None)
    with pytest.raises(DeliveryUnderWay, match="a person settles it"):
        await do(stage, remove_post, post_id, expected_version=None)
    with pytest.raises(NotAllowedNow, match="a person settles it"):
        await do(stage, schedule_post, post_id, SchedulePost(now=True), expected_version=None)
    with pytest.raises(NotAllowedNow, match="a person settles it"):
        await do(stage, withdraw_post, post_id, WithdrawPost())
    with pytest.raises(NotAllowedNow, match="a person settles it"):
        await do(stage, cancel_delivery, row.id)

    assert await stage.rows(Delivery) == [row]


@pytest.mark.parametrize("named", [{"url": "https://s.test/1"}, {"remote_id": "1"}])
def test_what_is_not_there_has_no_name(named: dict[str, str]) -> None:
    """A `false` beside an address was taken: sent again, what stands there would stand twice."""
    with pytest.raises(ValidationError, match="What is not there has no remote_id and no url"):
        Settlement.model_validate({"is_published": False, **named})


async def test_what_a_person_did_not_find_can_be_sent_again_and_says_so(stage: Stage) -> None:
    """It kept the words of the doubt, and `is_retryable` said that a retry could not help."""
    await doubt(stage)
    [row] = await stage.rows(Delivery)

    await do(stage, settle_delivery, row.id, Settlement(is_published=False))
    item = await agenda(stage)
    del stage.network.refusals["a"]
    await do(stage, retry_delivery, row.id)
    sent = await go(stage)

    assert (item.kind, item.code, item.is_retryable) == (
        "delivery_failed",
        "delivery.not_there",
        True,
    )
    assert item.remedy == (
        "Send it by a retry, or cancel it; what is half out is taken back by a withdrawal."
    )
    assert (sent, await stage.states()) == (["a"], ["done"])


async def test_an_account_may_have_what_is_in_doubt_sent_again_once(stage: Stage) -> None:
    _, account_id = await doubt(stage)
    again = ChangeAccount(in_doubt=InDoubt.SEND_AGAIN)
    await do(stage, change_account, account_id, again, expected_version=None)

    sent = await go_on(stage, times=6)

    [row] = await stage.rows(Delivery)
    history = [(each.act, each.outcome) for each in await stage.rows(Attempt)]
    assert sent == ["a"]
    assert history == [
        ("send", "unknown"),
        ("look_up", "waiting"),
        ("send", "unknown"),
        ("look_up", "unknown"),
    ]
    assert (row.state, row.act_at, (row.problem or {})["acting_party"]) == ("unknown", None, "user")


async def test_trouble_in_looking_up_does_not_use_up_that_it_is_sent_again(stage: Stage) -> None:
    """Only the very first look-up sent it again: after any trouble in it, a person was asked."""
    _, account_id = await doubt(stage)
    again = ChangeAccount(in_doubt=InDoubt.SEND_AGAIN)
    await do(stage, change_account, account_id, again, expected_version=None)
    await give(stage, account_id, Grant("old", refresh="r", expires_at=stage.now, extra=CLASS_E))
    stage.network.silence = Unavailable("It is away.")

    in_vain = await go_on(stage, times=3)
    looked = [(each.act, each.outcome) for each in await stage.rows(Attempt)]
    await give(stage, account_id, Grant("good", extra=CLASS_E))
    sent = await go_on(stage, times=12)

    [row] = await stage.rows(Delivery)
    history = [(each.act, each.outcome) for each in await stage.rows(Attempt)]
    assert (in_vain, looked) == ([], [("send", "unknown"), *[("look_up", "unknown")] * 3])
    assert sent == ["a"]
    assert history[len(looked) :] == [
        ("look_up", "waiting"),
        ("send", "unknown"),
        ("look_up", "unknown"),
    ]
    assert (row.state, row.act_at, (row.problem or {})["acting_party"]) == ("unknown", None, "user")


async def test_look_up_that_failed_does_not_count_as_one_that_found_nothing(stage: Stage) -> None:
    """Of the two look-ups of class D one could fail: what a listing showed late was sent again."""
    await doubt(stage, of="D")
    del stage.network.refusals["a"]
    stage.network.silence = Unavailable("It is away.")
    first = await go_on(stage, times=1)
    stage.network.silence = None

    second = await go_on(stage, times=1)
    third = await go_on(stage, times=2)

    history = [(each.act, each.outcome) for each in await stage.rows(Attempt)]
    assert (first, second, third) == ([], [], ["a"])
    assert history == [
        ("send", "unknown"),
        ("look_up", "unknown"),
        ("look_up", "not_there"),
        ("look_up", "not_there"),
        ("send", "done"),
    ]


async def test_what_is_sent_again_in_doubt_may_arrive(stage: Stage) -> None:
    _, account_id = await doubt(stage)
    again = ChangeAccount(in_doubt=InDoubt.SEND_AGAIN)
    await do(stage, change_account, account_id, again, expected_version=None)
    del stage.network.refusals["a"]

    sent = await go_on(stage, times=3)

    [row] = await stage.rows(Delivery)
    assert sent == ["a"]
    assert (row.state, row.problem) == ("done", None)


async def test_nobody_need_act_while_a_network_that_is_away_is_tried_again(stage: Stage) -> None:
    """The agenda said to put right what the message said."""
    await doubt(stage, Unavailable("It is away."))

    item = await agenda(stage)

    assert (item.kind, item.acting_party, item.next_at) == (
        "delivery_held",
        "network",
        stage.now + backoff(1),
    )
    assert item.remedy == "Nothing: it goes on at `next_at`, by itself."


@pytest.mark.parametrize(
    ("told", "meant"),
    [(-MINUTE, timedelta(0)), (MINUTE, MINUTE), (10 * MINUTE, 5 * MINUTE)],
    ids=["before it was sent", "in between", "after the look-up"],
)
async def test_what_a_look_up_finds_is_published_when_its_network_says_within_what_can_be(
    stage: Stage, told: timedelta, meant: timedelta
) -> None:
    sent_at = stage.now
    await doubt(stage, of="D")
    stage.network.listed = [listed("a") | {"created_at": (sent_at + told).isoformat()}]
    stage.now += 5 * MINUTE

    assert await go(stage) == []

    [row], [post] = await stage.rows(Delivery), await stage.rows(Post)
    assert (row.state, row.published_at) == ("done", sent_at + meant)
    assert (post.state, post.published_at) == ("published", sent_at + meant)


async def test_what_is_sent_is_published_when_its_network_has_answered(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    stage.now += MINUTE

    assert await go(stage) == ["a"]

    [row] = await stage.rows(Delivery)
    assert row.published_at == stage.now
