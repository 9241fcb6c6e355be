"""Many deliveries sent again and many posts moved, by filter and on trial."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.connector.errors import Refused
from domain.events.tables import Event
from domain.kernel.caller import Scope, worker
from domain.kernel.ids import new_id
from domain.posts.command_shapes import CreatePost, HoldPost, SchedulePost, VariantInput
from domain.posts.freezing import hold_post
from domain.posts.many import reschedule_posts, retry_deliveries
from domain.posts.many_shapes import RescheduledView, ReschedulePosts, RetriedView, RetryDeliveries
from domain.posts.planning import schedule_post
from domain.posts.service import create_post
from domain.posts.tables import Delivery, Post
from tests.workers.stage import Stage, stage

__all__ = ["stage"]
WALL = datetime(2026, 12, 24, 18, 0)  # noqa: DTZ001 - a wall time


async def again(stage: Stage, command: RetryDeliveries) -> RetriedView:
    async with stage.database.transaction(stage.workspace_id) as session:
        return await retry_deliveries(session, worker(stage.workspace_id), command, now=stage.now)


async def move(stage: Stage, command: ReschedulePosts) -> RescheduledView:
    async with stage.database.transaction(stage.workspace_id) as session:
        return await reschedule_posts(session, worker(stage.workspace_id), command, now=stage.now)


async def fail(stage: Stage, text: str, account_id: UUID) -> None:
    stage.network.refusals[text] = Refused("No.", code="network.refused")
    await stage.plan(text, account_id)
    await stage.deliver()
    await stage.quiet()
    del stage.network.refusals[text]


async def plan_at(stage: Stage, wall_time: datetime, account_id: UUID) -> UUID:
    caller = worker(stage.workspace_id)
    command = CreatePost(
        calendar_id=stage.calendar_id,
        title="a",
        text="a",
        wall_time=wall_time,
        time_zone="Europe/Zurich",
        variants=[VariantInput(account_id=account_id)],
    )
    async with stage.database.transaction(stage.workspace_id) as session:
        made = await create_post(session, caller, command, now=stage.now)
        await schedule_post(
            session, caller, made.id, SchedulePost(), expected_version=None, now=stage.now
        )
    return made.id


async def test_all_that_failed_is_sent_again_and_its_posts_are_published(stage: Stage) -> None:
    one, other = await stage.account(), await stage.account()
    await fail(stage, "a", one)
    await fail(stage, "b", other)

    found = await again(stage, RetryDeliveries())
    await stage.deliver()
    await stage.quiet()

    assert sorted(found.delivery_ids) == [row.id for row in await stage.rows(Delivery)]
    assert (found.is_dry_run, found.has_more) == (False, False)
    assert await stage.states() == ["done", "done"]
    assert [post.state for post in await stage.rows(Post)] == ["published", "published"]


async def test_what_is_on_legal_hold_is_not_sent_again(stage: Stage) -> None:
    await fail(stage, "a", await stage.account())
    [post], [before] = await stage.rows(Post), await stage.rows(Delivery)
    caller, command = worker(stage.workspace_id), HoldPost(reason="A dispute.")
    async with stage.database.transaction(stage.workspace_id) as session:
        holder = replace(caller, scopes=caller.scopes | {Scope.POSTS_HOLD})
        await hold_post(session, holder, post.id, command, expected_version=None, now=stage.now)

    found = await again(stage, RetryDeliveries())

    assert found.delivery_ids == []
    assert await stage.rows(Delivery) == [before]


async def test_a_trial_tells_what_would_be_sent_and_changes_nothing(stage: Stage) -> None:
    await fail(stage, "a", await stage.account())
    before = await stage.rows(Delivery), len(await stage.rows(Event))

    found = await again(stage, RetryDeliveries(dry_run=True))

    assert found.delivery_ids == [row.id for row in before[0]]
    assert (await stage.rows(Delivery), len(await stage.rows(Event))) == before


@pytest.mark.parametrize(
    ("name", "hit", "miss"),
    [
        ("codes", ["network.refused"], ["network.unavailable"]),
        ("networks", ["sandbox"], ["mastodon"]),
    ],
)
async def test_what_failed_is_chosen_by_code_and_network(
    stage: Stage, name: str, hit: list[str], miss: list[str]
) -> None:
    await fail(stage, "a", await stage.account())

    chosen = await again(stage, RetryDeliveries.model_validate({name: hit, "dry_run": True}))
    none = await again(stage, RetryDeliveries.model_validate({name: miss, "dry_run": True}))

    assert (len(chosen.delivery_ids), none.delivery_ids) == (1, [])


async def test_what_failed_is_chosen_by_account_community_and_time(stage: Stage) -> None:
    account_id, other = await stage.account(), await stage.account()
    await fail(stage, "a", account_id)
    later = stage.now + timedelta(minutes=1)

    async def count(**where: object) -> int:
        command = RetryDeliveries.model_validate({**where, "dry_run": True})
        return len((await again(stage, command)).delivery_ids)

    assert await count(account_ids=[account_id]) == 1
    assert await count(account_ids=[other]) == 0
    assert await count(community_ids=[stage.community_id]) == 1
    assert await count(community_ids=[new_id()]) == 0
    assert (await count(until=later), await count(since=later)) == (1, 0)


async def test_what_is_in_doubt_or_done_is_never_sent_again(stage: Stage) -> None:
    await stage.plan("a", await stage.account())
    await stage.deliver()
    await stage.quiet()

    found = await again(stage, RetryDeliveries())

    assert found.delivery_ids == []
    assert stage.network.texts == ["a"]


async def test_posts_move_together_on_the_clock_of_their_zone(stage: Stage) -> None:
    account_id = await stage.account()
    summer = datetime(2027, 3, 27, 18, 0)  # noqa: DTZ001 - a wall time
    await plan_at(stage, WALL, account_id)
    await plan_at(stage, summer, account_id)

    found = await move(stage, ReschedulePosts(by_minutes=24 * 60))

    posts, rows = await stage.rows(Post), await stage.rows(Delivery)
    day = timedelta(days=1)
    assert [post.wall_time for post in posts] == [WALL + day, summer + day]
    assert [each.wall_time for each in found.posts] == [WALL + day, summer + day]
    # The clocks change in between: the wall time moves by a day, the moment by an hour less.
    assert [each.publish_at - each.previous_at for each in found.posts] == [
        day,
        timedelta(hours=23),
    ]
    assert [post.publish_at for post in posts] == [each.publish_at for each in found.posts]
    assert [row.act_at for row in rows] == [post.publish_at for post in posts]
    told = [row.kind for row in await stage.rows(Event)]
    assert told.count("post.rescheduled") == 2


async def test_a_post_stays_where_it_would_come_to_stand_in_the_past(stage: Stage) -> None:
    id_ = await plan_at(stage, WALL, await stage.account())

    found = await move(stage, ReschedulePosts(by_minutes=-60 * 24 * 60))

    [post] = await stage.rows(Post)
    assert [(each.post_id, each.code) for each in found.posts] == [(id_, "time.past")]
    assert [each.wall_time for each in found.posts] == [WALL]
    assert (post.wall_time, post.version) == (WALL, 2)


@pytest.mark.parametrize("dry_run", [True, False])
async def test_posts_that_are_named_and_cannot_move_are_told_with_the_reason(
    stage: Stage, *, dry_run: bool
) -> None:
    """They were left out without a word: whoever named five and saw four knew not why."""
    account_id, caller = await stage.account(), worker(stage.workspace_id)
    moved, other, held = [await plan_at(stage, WALL, account_id) for _ in range(3)]
    at_once, unknown = await stage.plan("a", account_id), new_id()
    command, hold = CreatePost(calendar_id=stage.calendar_id, title="b"), HoldPost(reason="So.")
    async with stage.database.transaction(stage.workspace_id) as session:
        draft = (await create_post(session, caller, command, now=stage.now)).id
        holder = replace(caller, scopes=caller.scopes | {Scope.POSTS_HOLD})
        await hold_post(session, holder, held, hold, expected_version=None, now=stage.now)
    named = [draft, moved, unknown, held, at_once, draft]

    found = await move(stage, ReschedulePosts(by_minutes=5, post_ids=named, dry_run=dry_run))
    elsewhere = ReschedulePosts(by_minutes=5, post_ids=[other], until=stage.now, dry_run=dry_run)
    narrowed = await move(stage, elsewhere)
    unnamed = await move(stage, ReschedulePosts(by_minutes=5, dry_run=dry_run))

    assert [each.post_id for each in found.posts] == [moved]
    assert [(each.post_id, each.code) for each in found.left_out] == [
        (draft, "state.not_allowed"),
        (unknown, "not_found"),
        (held, "post.on_hold"),
        (at_once, "time.missing"),
    ]
    assert found.left_out[0].message == "Only scheduled posts are moved; this one is draft."
    assert (narrowed.posts, [each.code for each in narrowed.left_out]) == ([], ["filter.unmatched"])
    assert unnamed.left_out == []


async def test_moving_on_trial_changes_nothing(stage: Stage) -> None:
    await plan_at(stage, WALL, await stage.account())
    before = await stage.rows(Post), await stage.rows(Delivery)

    found = await move(stage, ReschedulePosts(by_minutes=60, dry_run=True))

    assert found.is_dry_run
    assert found.posts[0].publish_at - found.posts[0].previous_at == timedelta(hours=1)
    assert (await stage.rows(Post), await stage.rows(Delivery)) == before


async def test_posts_are_chosen_by_what_they_belong_to_and_when_they_go_out(
    stage: Stage,
) -> None:
    id_ = await plan_at(stage, WALL, await stage.account())
    moment = (await stage.rows(Post))[0].publish_at

    async def chosen(**where: object) -> list[UUID]:
        command = ReschedulePosts.model_validate({"by_minutes": 5, "dry_run": True, **where})
        return [each.post_id for each in (await move(stage, command)).posts]

    assert await chosen(calendar_ids=[stage.calendar_id]) == [id_]
    assert await chosen(community_ids=[stage.community_id], post_ids=[id_]) == [id_]
    assert await chosen(since=moment, until=moment + timedelta(minutes=1)) == [id_]
    for nothing in (
        {"calendar_ids": [new_id()]},
        {"community_ids": [new_id()]},
        {"campaign_ids": [new_id()]},
        {"post_ids": [new_id()]},
        {"until": moment},
    ):
        assert await chosen(**nothing) == []
