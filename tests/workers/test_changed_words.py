"""What is changed before it went out is what goes out, however often it was tried before."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.calendars.rules import CatchUp
from domain.campaigns.service import create_campaign
from domain.campaigns.shapes import CreateCampaign
from domain.connector.errors import Refused, Unavailable
from domain.kernel.caller import worker
from domain.kernel.errors import AlreadyPublished, DeliveryUnderWay, NotAllowedNow
from domain.posts.command_shapes import (
    ChangePost,
    RetryPost,
    SchedulePost,
    VariantInput,
    WithdrawPost,
)
from domain.posts.planning import schedule_post
from domain.posts.service import change_post
from domain.posts.settling import retry_post
from domain.posts.tables import Delivery, Post
from domain.posts.withdrawing import withdraw_post
from tests.workers.stage import Stage, stage
from tests.workers.test_pauses import end, pause, rule

__all__ = ["stage"]


async def change(stage: Stage, post_id: UUID, **values: Any) -> None:
    await act(stage, change_post, post_id, ChangePost(**values), expected_version=None)


async def act(stage: Stage, what: Any, *given: Any, **named: Any) -> None:
    async with stage.database.transaction(stage.workspace_id) as session:
        await what(session, worker(stage.workspace_id), *given, **named, now=stage.now)


async def retry(stage: Stage, post_id: UUID) -> None:
    await act(stage, retry_post, post_id, RetryPost())


async def go(stage: Stage) -> list[str]:
    """What the network was told since."""
    before = len(stage.network.texts)
    await stage.deliver()
    await stage.quiet()
    return stage.network.texts[before:]


async def thread(stage: Stage, *parts: str) -> UUID:
    """A thread of which the second message is refused."""
    stage.network.refusals[parts[1]] = Refused("Not this.")
    account_id = await stage.account()
    post_id = await stage.plan("master", account_id)
    said = [VariantInput(account_id=account_id, parts=list(parts))]
    await change(stage, post_id, variants=said)
    return post_id


async def campaign(stage: Stage) -> UUID:
    caller, command = (
        worker(stage.workspace_id),
        CreateCampaign(community_id=stage.community_id, name="a"),
    )
    async with stage.database.transaction(stage.workspace_id) as session:
        return (await create_campaign(session, caller, command, now=stage.now)).id


async def test_what_could_not_be_sent_at_first_goes_out_with_the_words_it_was_given_since(
    stage: Stage,
) -> None:
    """The words of the first attempt were kept, and went out hours after they were changed."""
    stage.network.refusals["old"] = Unavailable("Out of order.")
    post_id = await stage.plan("old", await stage.account())
    first = await go(stage)

    stage.now += timedelta(minutes=1)
    await change(stage, post_id, text="new")
    second = await go(stage)

    assert (first, second) == (["old"], ["new"])
    assert [row.remote_id for row in await stage.rows(Delivery)] == ["new"]


async def test_what_was_refused_and_mended_is_sent_as_mended(stage: Stage) -> None:
    """A retry sent the refused words once more, for ever."""
    stage.network.refusals["bad"] = Refused("Not this.")
    post_id = await stage.plan("bad", await stage.account())
    first = await go(stage)

    await change(stage, post_id, text="good")
    await retry(stage, post_id)
    second = await go(stage)

    assert (first, second) == (["bad"], ["good"])
    assert [row.state for row in await stage.rows(Post)] == ["published"]


async def test_an_account_that_a_failed_post_names_no_longer_says_nothing(stage: Stage) -> None:
    stage.network.refusals["bad"] = Refused("Not this.")
    post_id = await stage.plan("bad", await stage.account())
    await go(stage)

    await change(stage, post_id, variants=[VariantInput(account_id=await stage.account())])

    assert await stage.states() == ["cancelled"]
    assert [row.state for row in await stage.rows(Post)] == ["cancelled"]


async def test_a_thread_that_is_half_out_keeps_its_words(stage: Stage) -> None:
    post_id = await thread(stage, "one", "two")
    first = await go(stage)

    with pytest.raises(AlreadyPublished):
        await change(stage, post_id, text="other")
    with pytest.raises(DeliveryUnderWay, match="out already"):
        await change(stage, post_id, campaign_id=await campaign(stage))

    [post] = await stage.rows(Post)
    assert (first, post.text, post.campaign_id) == (["one", "two"], "master", None)


@pytest.mark.parametrize(
    ("how", "told"),
    [("changed", ["new"]), ("set going", ["old"]), ("named anew", ["old", "old"])],
)
async def test_what_was_taken_back_comes_again_only_where_its_account_is_named_anew(
    stage: Stage, how: str, told: list[str]
) -> None:
    """A change for the account that still waited published it once more on the other."""
    first, other = await stage.account(), await stage.account()
    post_id = await stage.plan("old", first, other)
    paused = await pause(stage, account_id=other)
    assert await go(stage) == ["old"]
    await act(stage, withdraw_post, post_id, WithdrawPost())
    assert await go(stage) == ["no old"]

    later = {"wall_time": datetime(2026, 11, 23, 10, 0), "time_zone": "UTC"}  # noqa: DTZ001 - wall time
    if how == "set going":
        at = SchedulePost(**later)
        await act(stage, schedule_post, post_id, at, expected_version=None)
    elif how == "changed":
        await change(stage, post_id, text="new", **later)
    else:
        await change(stage, post_id, variants=[VariantInput(account_id=other)])
        both = [VariantInput(account_id=id_) for id_ in (first, other)]
        await change(stage, post_id, variants=both, **later)
    await end(stage, paused.id)
    stage.now += timedelta(hours=1)

    assert await go(stage) == told
    assert [row.state for row in await stage.rows(Delivery)][:3] == ["withdrawn", "done", "done"]


async def test_what_was_taken_back_is_no_account_that_waits(stage: Stage) -> None:
    first, other = await stage.account(), await stage.account()
    post_id = await stage.plan("old", first, other)
    await pause(stage, account_id=other)
    await go(stage)
    await act(stage, withdraw_post, post_id, WithdrawPost())
    await go(stage)

    with pytest.raises(NotAllowedNow, match="Nothing of it waits for the accounts that are left"):
        await change(stage, post_id, variants=[VariantInput(account_id=first)])


async def test_what_waits_for_a_person_is_not_sent_by_a_change_of_words(stage: Stage) -> None:
    await rule(stage, CatchUp.ASK)
    post_id = await stage.plan("late", await stage.account())
    stage.now += timedelta(hours=2)
    await go(stage)
    await rule(stage, CatchUp.PUBLISH)

    await change(stage, post_id, text="later")
    sent = await go(stage)

    [row] = await stage.rows(Delivery)
    assert (sent, row.state, row.act_at) == ([], "waiting", None)
    assert row.problem is not None
    assert row.problem["code"] == "publishing.missed"
