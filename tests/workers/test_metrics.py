"""Visits to accounts, with Bluesky played by a fake at the port."""

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import select

from domain.calendars.tables import Calendar
from domain.connector.errors import NetworkError, RateLimited, Refused
from domain.connector.http import Call, Reply
from domain.connector.words import Grant
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.metrics.service import start_measuring
from domain.metrics.tables import ClosingRow, Measuring, SampleRow
from domain.posts.tables import Delivery
from tests.conftest import NOW
from tests.domain.accounts.build import make_connected, row_of
from tests.domain.metrics.build import World
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.context import Context
from workers.metrics import keep_metrics, measure_due, recut_metrics

PROFILE = "app.bsky.actor.getProfile"
POSTS = "app.bsky.feed.getPosts"
CLOSE = timedelta(hours=14)
"""From `NOW` to the end of its day in Zurich."""


class Bluesky:
    """Answers profiles and posts; everything has as many likes as `likes` says."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.asked: list[str] = []
        self.likes = 5
        self.refusal: Reply | NetworkError | None = None
        self.refuses: str | None = None
        """What alone it tells nothing of: the uri of a post, or `PROFILE`."""

    async def __call__(self, call: Call) -> Reply:
        name = call.url.rpartition("/")[2]
        self.calls[name] += 1
        if name == PROFILE and self.refuses == PROFILE:
            raise Refused("No.")
        if name == PROFILE:
            found: dict[str, Any] = {
                "did": "did:plc:ana",
                "handle": "ana.example",
                "followersCount": 200,
            }
            return Reply(200, {}, json.dumps(found).encode(), call.url)
        if ("uris", self.refuses) in call.query:
            raise Refused("No.")
        if isinstance(self.refusal, NetworkError):
            raise self.refusal
        if self.refusal is not None:
            return self.refusal
        uris = [value for key, value in call.query if key == "uris"]
        self.asked += uris
        return Reply(200, {}, json.dumps({"posts": [*map(self._post, uris)]}).encode(), call.url)

    def _post(self, uri: str) -> dict[str, Any]:
        return {"uri": uri, "cid": "c", "record": {}, "likeCount": self.likes, "repostCount": 1}


class Stage:
    """One connected account that is due, and a clock that is moved by hand."""

    def __init__(self, world: World, network: Bluesky) -> None:
        self.world = world
        self.network = network
        self.now = NOW
        self.context: Context

    async def visit(self) -> int:
        claimed = await measure_due(self.context, self.world.workspace_id, now=self.now)
        await self.context.slots.drain(10)
        return claimed

    async def next_at(self) -> datetime | None:
        row = await row_of(self.world.database, self.world.workspace_id, self.world.account.id)
        return row.measure_at

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.world.database.transaction(self.world.workspace_id) as session:
            return list((await session.exec(select(table))).all())


@pytest.fixture
async def stage(settings: Settings, database: Database, redis: ArqRedis) -> Stage:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, Grant("good"))
    world = await World.around(database, await row_of(database, workspace_id, id_))
    made = Stage(world, Bluesky())
    made.context = make_context(settings, database, redis, made.network, lambda: made.now)
    return made


async def test_a_visit_measures_the_account_and_its_copies_and_plans_the_next(
    stage: Stage,
) -> None:
    await stage.world.publish("at://ana/1", NOW - timedelta(hours=3, minutes=20))

    assert await stage.visit() == 1

    samples = {(row.metric, row.total) for row in await stage.rows(SampleRow)}
    assert samples == {("followers", 200), ("likes", 5), ("reposts", 1)}
    assert stage.network.calls == {PROFILE: 1, POSTS: 1}
    assert await stage.next_at() == NOW + timedelta(minutes=40)
    assert await stage.visit() == 0


async def test_an_account_without_posts_is_measured_once_a_day_before_it_ends(
    stage: Stage,
) -> None:
    await stage.visit()
    first = await stage.next_at()
    assert first is not None
    assert timedelta(0) < NOW + CLOSE - first <= timedelta(hours=1)
    stage.now = first
    await stage.visit()

    assert stage.network.calls == {PROFILE: 2}
    assert await stage.next_at() == first + timedelta(days=1)


async def test_copies_are_asked_for_in_batches_the_network_takes(stage: Stage) -> None:
    for number in range(30):
        await stage.world.publish(f"at://ana/{number}", NOW - timedelta(hours=5))

    await stage.visit()

    assert stage.network.calls[POSTS] == 2
    assert len(set(stage.network.asked)) == 30


async def test_withdrawn_and_very_old_copies_are_left_alone(stage: Stage) -> None:
    await stage.world.publish("at://ana/gone", NOW - timedelta(hours=5), state="withdrawn")
    await stage.world.publish("at://ana/old", NOW - timedelta(days=366))
    kept = await stage.world.publish("at://ana/kept", NOW - timedelta(hours=5))
    await stage.visit()
    await set_state(stage, kept.id, "withdrawn")
    stage.now = NOW + timedelta(hours=1)
    await stage.visit()

    assert stage.network.asked == ["at://ana/kept"]
    assert {row.subject_id: row.next_at for row in await stage.rows(Measuring)}[kept.id] is None


async def test_a_fresh_post_is_measured_soon_after_it_is_public_and_again(stage: Stage) -> None:
    await stage.visit()
    stage.now = NOW + timedelta(hours=1)
    await stage.world.publish("at://ana/1", stage.now)
    async with stage.world.database.transaction(stage.world.workspace_id) as session:
        await start_measuring(
            session, worker(stage.world.workspace_id), [stage.world.account.id], now=stage.now
        )

    assert await stage.next_at() == stage.now + timedelta(seconds=5)
    stage.now += timedelta(seconds=5)
    await stage.visit()
    assert stage.network.asked == ["at://ana/1"]
    assert await stage.next_at() == stage.now + timedelta(seconds=25)
    (row,) = [row for row in await stage.rows(Measuring) if not row.is_account]
    assert row.followers == 200


async def test_one_visit_serves_all_that_have_gone_half_their_way(stage: Stage) -> None:
    await stage.visit()
    first = NOW + timedelta(hours=1)
    for number, later_s in enumerate((0, 2, 4)):
        await stage.world.publish(f"at://ana/{number}", first + timedelta(seconds=later_s))

    async with stage.world.database.transaction(stage.world.workspace_id) as session:
        caller = worker(stage.world.workspace_id)
        await start_measuring(session, caller, [stage.world.account.id], now=first)
    stage.now = first + timedelta(seconds=5)
    await stage.visit()

    assert sorted(stage.network.asked) == ["at://ana/0", "at://ana/1"]
    assert await stage.next_at() == first + timedelta(seconds=4 + 5)


async def test_what_is_published_while_we_measure_is_not_forgotten(stage: Stage) -> None:
    class Publishing(Bluesky):
        async def __call__(self, call: Call) -> Reply:
            await stage.world.publish("at://ana/late", NOW)
            return await super().__call__(call)

    stage.context = make_context(
        stage.context.settings, stage.world.database, stage.context.redis, Publishing(),
        lambda: stage.now,
    )  # fmt: skip
    await stage.visit()

    assert await stage.next_at() == NOW + timedelta(seconds=5)


async def test_a_spent_budget_keeps_what_was_measured_and_comes_back_when_it_is_whole(
    stage: Stage,
) -> None:
    await stage.world.publish("at://ana/1", NOW - timedelta(hours=5))
    stage.network.refusal = RateLimited("Slow down.", until=NOW + timedelta(minutes=17))

    await stage.visit()

    assert {row.metric for row in await stage.rows(SampleRow)} == {"followers"}
    assert await stage.next_at() == NOW + timedelta(minutes=17)
    stage.network.refusal, stage.now = None, NOW + timedelta(minutes=17)
    await stage.visit()
    assert stage.network.asked == ["at://ana/1"]
    assert stage.network.calls[PROFILE] == 1


async def test_an_account_that_locks_us_out_waits_for_its_owner(stage: Stage) -> None:
    await stage.world.publish("at://ana/1", NOW - timedelta(hours=5))
    stage.network.refusal = Reply(401, {}, b'{"error":"AuthMissing"}', "")

    await stage.visit()

    row = await row_of(stage.world.database, stage.world.workspace_id, stage.world.account.id)
    assert (row.state, row.measure_at) == ("action_required", None)


async def test_a_network_that_is_away_is_asked_again_after_a_while(stage: Stage) -> None:
    await stage.world.publish("at://ana/1", NOW - timedelta(hours=5))
    stage.network.refusal = Reply(503, {}, b"", "")

    await stage.visit()

    assert await stage.next_at() == NOW + timedelta(minutes=10)


async def test_what_a_network_refuses_to_tell_hides_no_other_total(stage: Stage) -> None:
    """A post that only some may see by now kept all that was measured behind it for good."""
    for number in range(3):
        await stage.world.publish(f"at://ana/{number}", NOW - timedelta(hours=5))
    stage.network.refuses = "at://ana/1"

    await stage.visit()

    assert sorted(stage.network.asked) == ["at://ana/0", "at://ana/2"]
    assert stage.network.calls == {PROFILE: 1, POSTS: 4}
    soon = await stage.next_at()
    assert soon is not None
    assert soon < NOW + timedelta(hours=6)


async def test_posts_are_measured_where_the_account_may_not_be(stage: Stage) -> None:
    await stage.world.publish("at://ana/1", NOW - timedelta(hours=5))
    stage.network.refuses = PROFILE

    await stage.visit()

    assert {row.metric for row in await stage.rows(SampleRow)} == {"likes", "reposts"}


async def test_an_account_of_which_nothing_is_told_is_asked_again_in_hours(stage: Stage) -> None:
    for number in range(3):
        await stage.world.publish(f"at://ana/{number}", NOW - timedelta(hours=5))
    stage.network.refusal = Refused("No.")

    await stage.visit()

    assert await stage.next_at() == NOW + timedelta(hours=6)


async def test_a_change_of_zone_recuts_by_nudge_and_by_sweep(stage: Stage) -> None:
    world = stage.world
    await world.publish("at://ana/1", datetime.fromisoformat("2026-11-22T10:00:00+00:00"))
    await world.sample(datetime.fromisoformat("2026-11-22T23:30:00+00:00"), "at://ana/1", likes=5)
    await set_zone(stage, "UTC")
    ids = str(world.workspace_id), str(world.calendar.id)
    await recut_metrics({"context": stage.context}, *ids, None)
    await stage.context.slots.drain(10)
    after_nudge = {
        row.starts_on.day for row in await stage.rows(ClosingRow) if row.interval == "day"
    }
    await set_zone(stage, "Europe/Zurich")
    await keep_metrics({"context": stage.context})
    await stage.context.slots.drain(10)
    after_sweep = {
        row.starts_on.day for row in await stage.rows(ClosingRow) if row.interval == "day"
    }

    assert (after_nudge, after_sweep) == ({22}, {23})


async def set_state(stage: Stage, delivery_id: UUID, state: str) -> None:
    async with stage.world.database.transaction(stage.world.workspace_id) as session:
        row = await session.get(Delivery, (stage.world.workspace_id, delivery_id))
        assert row is not None
        row.state = state


async def set_zone(stage: Stage, time_zone: str) -> None:
    async with stage.world.database.transaction(stage.world.workspace_id) as session:
        row = await session.get(Calendar, (stage.world.workspace_id, stage.world.calendar.id))
        assert row is not None
        row.time_zone = time_zone
