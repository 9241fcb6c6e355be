"""Threads that stop half way, targets given up, accounts that are gone: nothing doubles."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import update
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.service import remove_account
from domain.connector.errors import NetworkError, OutcomeUnknown, Refused, Unavailable
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.kernel.errors import (
    AccountRemoved,
    AddressElsewhere,
    DeliveryUnderWay,
    Misfit,
    NotAllowedNow,
    PostUnfit,
)
from domain.posts.command_shapes import (
    ChangePost,
    EditPost,
    RetryPost,
    SchedulePost,
    VariantInput,
    WithdrawPost,
)
from domain.posts.delivery_shapes import Settlement
from domain.posts.editing import edit_post
from domain.posts.many_shapes import RetryDeliveries
from domain.posts.planning import schedule_post
from domain.posts.saying import new_variant
from domain.posts.service import change_post, remove_post
from domain.posts.settling import (
    cancel_delivery,
    retry_delivery,
    retry_post,
    settle_delivery,
)
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_post
from tests.workers.stage import Stage, listed, stage
from tests.workers.test_many import again
from tests.world import make_account

__all__ = ["stage"]
LONG = timedelta(hours=1)


async def do(stage: Stage, act: Any, *given: Any, **named: Any) -> Any:
    """One act of a person, in a transaction of its own."""
    async with stage.database.transaction(stage.workspace_id) as session:
        return await act(session, worker(stage.workspace_id), *given, **named, now=stage.now)


async def go(stage: Stage) -> list[str]:
    """What the network was told since."""
    before = len(stage.network.texts)
    await stage.deliver()
    await stage.quiet()
    return stage.network.texts[before:]


async def begin(stage: Stage, trouble: NetworkError) -> UUID:
    """A thread whose second message meets trouble; gives the post's id."""
    account_id = await stage.account("A")
    post_id = await stage.plan("master", account_id)
    said = ChangePost(variants=[VariantInput(account_id=account_id, parts=["one", "two"])])
    await do(stage, change_post, post_id, said, expected_version=None)
    stage.network.refusals["two"] = trouble
    assert await go(stage) == ["one", "two"]
    del stage.network.refusals["two"]
    return post_id


async def test_a_cancelled_thread_that_was_half_out_goes_on_from_there(stage: Stage) -> None:
    """It was cancelled as if nothing were out, and planned anew from its first message on."""
    post_id = await begin(stage, Unavailable("Out of order."))

    with pytest.raises(DeliveryUnderWay):
        await do(stage, remove_post, post_id, expected_version=None)
    [waiting] = await stage.rows(Delivery)
    assert [row.state for row in await stage.rows(Post)] == ["going_out"]
    await do(stage, cancel_delivery, waiting.id)
    [stopped] = await stage.rows(Delivery)
    at_once = SchedulePost(now=True)
    with pytest.raises(NotAllowedNow, match="partially_published cannot be scheduled"):
        await do(stage, schedule_post, post_id, at_once, expected_version=None)
    await do(stage, retry_post, post_id, RetryPost())
    sent = await go(stage)

    problem = stopped.problem or {}
    assert (stopped.state, problem["code"]) == ("failed", "delivery.stopped")
    assert [ref["remote_id"] for ref in stopped.refs] == ["one"]
    [row] = await stage.rows(Delivery)
    assert (sent, row.state) == (["two"], "done")
    assert [ref["remote_id"] for ref in row.refs] == ["one", "two"]


async def lose_first(stage: Stage, of: str) -> UUID:
    """A thread of whose first message no answer came."""
    account_id = await stage.account(of)
    post_id = await stage.plan("master", account_id)
    said = ChangePost(variants=[VariantInput(account_id=account_id, parts=["one", "two"])])
    await do(stage, change_post, post_id, said, expected_version=None)
    stage.network.refusals["one"] = OutcomeUnknown("No answer.")
    assert await go(stage) == ["one"]
    stage.now += LONG
    return post_id


async def test_a_thread_whose_first_message_was_found_is_half_out(stage: Stage) -> None:
    """As not all of it was there, it was forgotten: cancelled, changed, it was begun anew."""
    post_id = await lose_first(stage, "D")
    stage.network.listed = [listed("one")]

    assert await go(stage) == []
    words = ChangePost(text="other words")
    with pytest.raises(DeliveryUnderWay):
        await do(stage, change_post, post_id, words, expected_version=None)
    [waiting] = await stage.rows(Delivery)
    await do(stage, cancel_delivery, waiting.id)
    [stopped], [post] = await stage.rows(Delivery), await stage.rows(Post)
    await do(stage, retry_delivery, waiting.id)

    assert (waiting.state, waiting.act_at, waiting.problem) == ("waiting", stage.now, None)
    assert (stopped.state, post.state) == ("failed", "partially_published")
    assert [ref["remote_id"] for ref in stopped.refs] == ["one"]
    assert await go(stage) == ["two"]
    assert await stage.states() == ["done"]


async def test_what_a_person_found_of_a_thread_is_shown_before_the_rest_goes_out(
    stage: Stage,
) -> None:
    """Called off then, it showed nothing, and what was public could not be taken back."""
    post_id = await lose_first(stage, "E")
    await go(stage)
    [row] = await stage.rows(Delivery)

    word = Settlement(is_published=True, remote_id="one")
    view = await do(stage, settle_delivery, row.id, word)
    await do(stage, cancel_delivery, row.id)
    await do(stage, withdraw_post, post_id, WithdrawPost())

    assert (view.state, [ref.remote_id for ref in view.refs]) == ("waiting", ["one"])
    assert await go(stage) == ["no one"]
    assert await stage.states() == ["withdrawn", "done"]


async def test_what_was_half_out_and_failed_is_not_begun_anew_with_the_rest_of_its_post(
    stage: Stage,
) -> None:
    """A change of the time planned the failed thread anew, from its first message on."""
    post_id = await begin(stage, Refused("Not this."))
    [half] = await stage.rows(Delivery)
    other = VariantInput(account_id=await stage.account())
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        await add_target(session, stage, post_id, other)
        planned = SchedulePost(now=True)
        await schedule_post(session, caller, post_id, planned, expected_version=None, now=stage.now)

    sent = await go(stage)

    assert sent == ["master"]
    rows = {row.account_id: row.state for row in await stage.rows(Delivery)}
    assert rows == {half.account_id: "failed", other.account_id: "done"}
    assert [row.state for row in await stage.rows(Post)] == ["partially_published"]


async def add_target(
    session: AsyncSession, stage: Stage, post_id: UUID, target: VariantInput
) -> None:
    """As a post is that waits on one account while it failed on another."""
    post = await session.get_one(Post, (stage.workspace_id, post_id))
    post.state = "scheduled"
    session.add(new_variant(post, target, stage.now))
    await session.flush()


async def test_what_was_half_out_is_taken_back(stage: Stage) -> None:
    post_id = await begin(stage, Refused("Not this."))

    await do(stage, withdraw_post, post_id, WithdrawPost())
    sent = await go(stage)

    half, _ = await stage.rows(Delivery)
    assert (sent, half.problem) == (["no one"], None)
    assert await stage.states() == ["withdrawn", "done"]
    assert [row.state for row in await stage.rows(Post)] == ["withdrawn"]


async def test_one_target_is_given_up_and_the_post_is_done_with(stage: Stage) -> None:
    """A post that was out on one account and waited on another could not be ended by anybody."""
    stage.network.refusals["both"] = Unavailable("Out of order.")
    first, second = await stage.account(), await stage.account()
    await stage.plan("both", first, second)
    await go(stage)
    del stage.network.refusals["both"]
    waiting = next(row for row in await stage.rows(Delivery) if row.account_id == second)

    view = await do(stage, cancel_delivery, waiting.id)
    stage.now += LONG
    sent = await go(stage)

    assert (view.state, sent) == ("cancelled", ["both"])
    assert [row.state for row in await stage.rows(Post)] == ["partially_published"]
    [told] = [row for row in await stage.rows(Event) if row.kind == "delivery.cancelled"]
    assert told.subject_id == waiting.id


async def test_what_is_over_or_half_out_is_not_cancelled(stage: Stage) -> None:
    post_id = await begin(stage, Refused("Not this."))
    [half] = await stage.rows(Delivery)
    with pytest.raises(NotAllowedNow, match="Some of it is out"):
        await do(stage, cancel_delivery, half.id)
    await do(stage, retry_post, post_id, RetryPost())
    await go(stage)

    with pytest.raises(NotAllowedNow, match="this one is done"):
        await do(stage, cancel_delivery, half.id)

    assert await stage.states() == ["done"]


async def test_what_waits_for_an_account_that_was_removed_has_failed(stage: Stage) -> None:
    """It was held every five minutes for ever, and asked to be connected again."""
    account_id = await stage.account()
    await stage.plan("gone", account_id)
    await do(stage, remove_account, account_id, expected_version=None)

    sent = await go(stage)

    [row] = await stage.rows(Delivery)
    assert (sent, row.state, row.act_at) == ([], "failed", None)
    assert row.problem == {
        "code": "account.removed",
        "message": "The account was removed",
        "said": "",
        "acting_party": "user",
        "is_retryable": False,
    }
    assert [row.state for row in await stage.rows(Post)] == ["failed"]
    kinds = [row.kind for row in await stage.rows(Event) if row.subject_kind == "delivery"]
    assert kinds == ["delivery.failed"]


async def test_what_failed_as_its_account_was_removed_is_not_tried_again(stage: Stage) -> None:
    """A retry was taken, and failed again for the same reason."""
    account_id = await stage.account()
    post_id = await stage.plan("gone", account_id)
    await do(stage, remove_account, account_id, expected_version=None)
    await go(stage)
    [row] = await stage.rows(Delivery)

    with pytest.raises(AccountRemoved):
        await do(stage, retry_delivery, row.id)
    with pytest.raises(AccountRemoved):
        await do(stage, retry_post, post_id, RetryPost())
    found = await again(stage, RetryDeliveries())

    assert found.delivery_ids == []
    assert await stage.rows(Delivery) == [row]


async def test_what_misfits_several_copies_alike_is_told_once(stage: Stage) -> None:
    post_id = await stage.plan("a", await stage.account(), await stage.account())
    await go(stage)

    with pytest.raises(PostUnfit) as refused:
        await do(stage, edit_post, post_id, EditPost(parts=["a", "b"]))

    assert [(each.pointer, each.code) for each in refused.value.faults] == [
        ("/parts", "thread.length_differs")
    ]
    assert [row.kind for row in await stage.rows(Delivery)] == ["publish", "publish"]


async def test_of_what_is_in_doubt_on_an_account_that_was_removed_a_person_tells(
    stage: Stage,
) -> None:
    stage.network.refusals["lost"] = OutcomeUnknown("No answer.")
    account_id = await stage.account()
    await stage.plan("lost", account_id)
    await go(stage)
    await do(stage, remove_account, account_id, expected_version=None)
    stage.now += LONG
    await go(stage)
    [row] = await stage.rows(Delivery)

    word = Settlement(is_published=True, remote_id="lost")
    view = await do(stage, settle_delivery, row.id, word)

    assert (row.state, row.act_at, view.state) == ("unknown", None, "done")


async def test_a_last_message_that_is_told_by_its_address_can_be_taken_back(stage: Stage) -> None:
    """Its address was kept for its id: nothing was found under it, and it stayed public."""
    stage.network.refusals["lost"] = OutcomeUnknown("No answer.")
    post_id = await stage.plan("lost", await stage.account("E"))
    await go(stage)
    [row] = await stage.rows(Delivery)
    word = Settlement(is_published=True, url="http://sandbox.test/lost?at=1")

    view = await do(stage, settle_delivery, row.id, word)
    await do(stage, withdraw_post, post_id, WithdrawPost())

    assert view.state == "done"
    assert [(each.remote_id, each.url) for each in view.refs] == [("lost", word.url)]
    assert await go(stage) == ["no lost"]


async def test_what_a_person_finds_days_later_was_published_when_it_was_sent_last(
    stage: Stage,
) -> None:
    stage.network.refusals["lost"] = Refused("No.")
    await stage.plan("lost", await stage.account("E"))
    await go(stage)
    [row] = await stage.rows(Delivery)
    sent_at = stage.now = stage.now + timedelta(days=1)
    stage.network.refusals["lost"] = OutcomeUnknown("No answer.")
    await do(stage, retry_delivery, row.id)
    await go(stage)
    stage.now += timedelta(days=3)

    word = Settlement(is_published=True, remote_id="lost")
    view = await do(stage, settle_delivery, row.id, word)

    [post] = await stage.rows(Post)
    assert view.published_at == post.published_at == sent_at
    assert post.updated_at == stage.now


async def test_what_names_no_message_ends_no_doubt(stage: Stage) -> None:
    account_id = await make_account(
        stage.database, stage.workspace_id, stage.community_id, network="mastodon"
    )
    await stage.plan("lost", account_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        await session.exec(update(Delivery).values(state="unknown", act_at=None))
    [row] = await stage.rows(Delivery)
    word = Settlement(is_published=True, url="http://sandbox.test/@ana/latest-news")

    with pytest.raises(Misfit) as refused:
        await do(stage, settle_delivery, row.id, word)

    assert [fault.pointer for fault in refused.value.faults] == ["/url"]
    assert await stage.states() == ["unknown"]


async def test_an_address_of_another_host_ends_no_doubt(stage: Stage) -> None:
    """Any was taken, kept as the post's, and its last piece as the message's id."""
    stage.network.refusals["lost"] = OutcomeUnknown("No answer.")
    await stage.plan("lost", await stage.account("E"))
    await go(stage)
    before = await stage.rows(Delivery)
    url = "https://sandbox.example/lost"

    with pytest.raises(AddressElsewhere) as told:
        await do(stage, settle_delivery, before[0].id, Settlement(is_published=True, url=url))
    both = Settlement(is_published=True, remote_id="lost", url=url)
    with pytest.raises(AddressElsewhere, match=r"is on http://sandbox\.test"):
        await do(stage, settle_delivery, before[0].id, both)

    assert [fault.pointer for fault in told.value.faults] == ["/url"]
    assert await stage.rows(Delivery) == before


async def test_a_post_of_which_some_is_out_stays_out_when_all_that_failed_is_sent_again(
    stage: Stage,
) -> None:
    """Posts settled many at once were `scheduled` again, as if nothing of them were there."""
    await begin(stage, Refused("Not this."))
    before = [row.state for row in await stage.rows(Post)]

    await again(stage, RetryDeliveries())

    after = [row.state for row in await stage.rows(Post)]
    assert (before, await stage.states(), after) == (
        ["partially_published"],
        ["waiting"],
        ["going_out"],
    )


async def test_what_is_being_taken_back_is_not_sent_on(stage: Stage) -> None:
    """Sent while its first message was removed, the rest stayed, and was told as withdrawn."""
    post_id = await begin(stage, Refused("Not this."))
    stage.network.refusals["no one"] = Unavailable("Away.")
    await do(stage, withdraw_post, post_id, WithdrawPost())
    [half, _] = await stage.rows(Delivery)
    assert await go(stage) == ["no one"]

    with pytest.raises(DeliveryUnderWay, match="being taken back"):
        await do(stage, retry_post, post_id, RetryPost())
    with pytest.raises(DeliveryUnderWay, match="being taken back"):
        await do(stage, retry_delivery, half.id)
    for dry_run in (True, False):
        assert (await again(stage, RetryDeliveries(dry_run=dry_run))).delivery_ids == []

    del stage.network.refusals["no one"]
    stage.now += LONG
    assert await go(stage) == ["no one"]
    assert await stage.states() == ["withdrawn", "done"]


@pytest.mark.parametrize("how", ["one", "all"])
async def test_withdrawal_that_failed_takes_back_what_went_out_since(
    stage: Stage, how: str
) -> None:
    """The second message stood there for good, of a post that was shown as withdrawn."""
    post_id = await begin(stage, Refused("Not this."))
    stage.network.refusals["no one"] = Refused("Not now.")
    await do(stage, withdraw_post, post_id, WithdrawPost())
    await go(stage)
    [_, withdrawal] = await stage.rows(Delivery)
    del stage.network.refusals["no one"]
    await do(stage, retry_post, post_id, RetryPost())

    with pytest.raises(DeliveryUnderWay, match="goes out again"):
        await do(stage, retry_delivery, withdrawal.id)
    assert await go(stage) == ["two"]
    if how == "one":
        await do(stage, retry_delivery, withdrawal.id)
    else:
        await again(stage, RetryDeliveries())

    assert await go(stage) == ["no two", "no one"]
    assert await stage.states() == ["withdrawn", "done"]


async def test_edit_that_failed_brings_no_old_words_back_behind_a_newer_one(stage: Stage) -> None:
    """All that failed was sent again: the copy said what it was to say before."""
    post_id = await stage.plan("a", await stage.account())
    await go(stage)
    stage.network.refusals["b"] = Refused("Not this.")
    await do(stage, edit_post, post_id, EditPost(parts=["b"]))
    await go(stage)
    del stage.network.refusals["b"]
    await do(stage, edit_post, post_id, EditPost(parts=["c"]))
    told = await go(stage)

    found = await again(stage, RetryDeliveries())

    assert (told, found.delivery_ids, await go(stage)) == (["c"], [], [])
    assert await stage.states() == ["done", "cancelled", "done"]
    assert [post.text for post in await stage.rows(Post)] == ["c"]
