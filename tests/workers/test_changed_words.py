"""What is changed before it went out is what goes out, however often it was tried before."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.calendars.rules import CatchUp
from domain.campaigns.service import create_campaign
from domain.campaigns.shapes import CreateCampaign
from domain.connector.errors import Refused, Unavailable
from domain.kernel.caller import worker
from domain.kernel.errors import AlreadyPublished, DeliveryUnderWay
from domain.posts.command_shapes import ChangePost, RetryPost, VariantInput
from domain.posts.service import change_post
from domain.posts.settling import retry_post
from domain.posts.tables import Delivery, Post
from tests.workers.stage import Stage, stage
from tests.workers.test_pauses import rule

__all__ = ["stage"]


async def change(stage: Stage, post_id: UUID, **values: Any) -> None:
    caller, command = worker(stage.workspace_id), ChangePost(**values)
    async with stage.database.transaction(stage.workspace_id) as session:
        await change_post(session, caller, post_id, command, expected_version=None, now=stage.now)


async def retry(stage: Stage, post_id: UUID) -> None:
    async with stage.database.transaction(stage.workspace_id) as session:
        caller = worker(stage.workspace_id)
        await retry_post(session, caller, post_id, RetryPost(), now=stage.now)


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
