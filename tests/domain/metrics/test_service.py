"""Samples recorded in PostgreSQL, and what is counted from them."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text
from sqlmodel import select

from domain.events.kinds import EventKind
from domain.events.queries import list_events
from domain.kernel.caller import Caller
from domain.kernel.database import Database
from domain.kernel.errors import ScopeMissing
from domain.kernel.ids import show
from domain.kernel.pages import PageRequest
from domain.metrics.service import (
    make_sample_months,
    record_samples,
    recount_account,
    recut,
    recut_moved,
)
from domain.metrics.tables import ClosingRow, SampleRow, Source, Standing, Tally
from domain.posts.tables import Post
from tests.domain.metrics.build import World, at
from tests.world import make_workspace


@pytest.fixture
async def world(database: Database) -> World:
    return await World(database, await make_workspace(database)).open()


async def rows(world: World, table: type[Any]) -> list[Any]:
    async with world.database.transaction(world.workspace_id) as session:
        return list((await session.exec(select(table))).all())


async def days(world: World, metric: str, subject_id: UUID | None = None) -> dict[int, Any]:
    return {
        row.starts_on.day: row.change
        for row in await rows(world, ClosingRow)
        if row.interval == "day" and row.metric == metric and subject_id in {None, row.subject_id}
    }


async def counted(world: World) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Everything counted, to compare whole states."""
    closings = {tuple(row.model_dump().values()) for row in await rows(world, ClosingRow)}
    tallies = {tuple(row.model_dump().values()) for row in await rows(world, Tally)}
    return closings, tallies


async def test_what_is_no_count_keeps_back_none_of_the_others(world: World) -> None:
    """Mastodon has told -1; one number without end stopped all numbers of its account for good."""
    await world.publish("p1", at(2, 8))

    await world.sample(at(2), "p1", likes=-1, reposts=2**70, replies=3)

    assert [(row.metric, row.total) for row in await rows(world, SampleRow)] == [("replies", 3)]


async def test_samples_become_days_and_tallies(world: World) -> None:
    copy = await world.publish("p1", at(2, 8))
    await world.publish("p2", at(2, 9))
    await world.sample(at(2), "p1", likes=5, reposts=1)
    await world.sample(at(2), "p2", likes=7, reposts=0)
    await world.sample(at(3), "p1", likes=9, reposts=1)

    assert await days(world, "likes", copy.id) == {2: 5, 3: 4}
    assert await days(world, "engagements", copy.id) == {2: 6, 3: 4}
    tallies = {
        (row.metric, row.starts_on.day): (row.change, row.total, row.known, row.measured)
        for row in await rows(world, Tally)
        if row.interval == "day"
    }
    assert tallies == {
        ("likes", 2): (12, 12, 2, 2),
        ("likes", 3): (4, 9, 1, 1),
        ("reposts", 2): (1, 1, 2, 2),
        ("reposts", 3): (0, 1, 1, 1),
        ("engagements", 2): (13, 13, 2, 2),
        ("engagements", 3): (4, 10, 1, 1),
    }


async def test_the_same_sample_twice_changes_nothing(world: World) -> None:
    await world.publish("p1", at(2, 8))

    assert await world.sample(at(2), "p1", likes=5) == 1
    before = await counted(world)
    assert await world.sample(at(2), "p1", likes=99) == 0

    assert await counted(world) == before
    assert [row.total for row in await rows(world, SampleRow)] == [5]


async def test_late_samples_come_to_the_same_as_timely_ones(world: World) -> None:
    await world.publish("p1", at(2, 8))
    readings = [(at(2), 1), (at(3, 9), 4), (at(3, 20), 6), (at(4), 5), (at(5), 9)]
    for moment, likes in readings:
        await world.sample(moment, "p1", likes=likes)
    other = await World(world.database, await make_workspace(world.database)).open()
    await other.publish("p1", at(2, 8))
    for moment, likes in [readings[4], readings[1], readings[3], readings[0], readings[2]]:
        await other.sample(moment, "p1", likes=likes)

    assert await days(other, "likes") == await days(world, "likes") == {2: 1, 3: 5, 4: -1, 5: 4}
    (newest,) = await rows(other, Standing)
    assert (newest.total, newest.sampled_at) == (9, at(5))


async def test_account_totals_are_cut_in_the_communitys_zone(world: World) -> None:
    own = world.account.remote_id or ""
    await world.sample(at(2, 22, 59), own, followers=100)
    await world.sample(at(2, 23, 1), own, followers=97)

    assert await days(world, "followers") == {2: None, 3: -3}


async def test_samples_of_strange_messages_are_left_out(world: World) -> None:
    assert await world.sample(at(2), "nobody's", likes=3) == 0
    assert await rows(world, SampleRow) == []


async def test_one_event_names_what_was_sampled(world: World) -> None:
    copy = await world.publish("p1", at(2, 8))
    await world.sample(at(2), "p1", likes=5, reposts=1)

    async with world.database.transaction(world.workspace_id) as session:
        kinds = [EventKind.METRICS_SAMPLED]
        page = await list_events(session, world.caller, PageRequest(), kinds=kinds)
    (event,) = page.data
    assert event.subject_id == show("acct", world.account.id)
    assert event.data == {
        "sampled_at": "2026-11-02T12:00:00+00:00",
        "posts": [show("post", copy.post_id or UUID(int=0))],
        "metrics": ["likes", "reposts"],
        "samples": 2,
    }


async def test_a_new_zone_takes_effect_when_the_calendar_is_recut(world: World) -> None:
    copy = await world.publish("p1", at(2, 8))
    await world.sample(at(2, 23, 30), "p1", likes=5)
    await world.sample(at(3, 12), "p1", likes=9)
    assert await days(world, "likes") == {3: None}
    await set_zone(world, world.calendar, "UTC")

    await world.sample(at(3, 13), "p1", likes=10)
    assert await days(world, "likes") == {3: None}
    async with world.database.transaction(world.workspace_id) as session:
        assert await recut(session, world.caller, world.calendar.id, now=at(4)) == 1

    assert await days(world, "likes", copy.id) == {2: 5, 3: 5}
    tallies = {
        row.starts_on.day: (row.change, row.known)
        for row in await rows(world, Tally)
        if row.interval == "day" and row.metric == "likes"
    }
    assert tallies == {2: (5, 1), 3: (5, 1)}


async def test_a_forgotten_zone_change_is_found_by_the_sweep(world: World) -> None:
    await world.publish("p1", at(2, 8))
    await world.sample(at(2, 23, 30), "p1", likes=5)
    await world.sample(at(2, 23, 30), world.account.remote_id or "", followers=5)
    await set_zone(world, world.calendar, "UTC")
    await set_zone(world, world.community, "UTC")

    async with world.database.transaction(world.workspace_id) as session:
        assert await recut_moved(session, world.caller, now=at(4)) == 2
        assert await recut_moved(session, world.caller, now=at(4)) == 0

    assert await days(world, "likes") == {2: 5}
    assert await days(world, "followers") == {2: None}


async def test_a_post_that_moves_takes_its_numbers_along(world: World) -> None:
    utc = world.new_calendar("UTC")
    copy = await world.publish("p1", at(2, 8))
    await world.add(utc)
    await world.sample(at(2, 23, 30), "p1", likes=5)
    async with world.database.transaction(world.workspace_id) as session:
        post = await session.get(Post, (world.workspace_id, copy.post_id))
        assert post is not None
        post.calendar_id = utc.id
    await world.sample(at(3, 12), "p1", likes=6)

    tallies = [row for row in await rows(world, Tally) if row.interval == "day"]
    assert {row.cut_by for row in tallies} == {utc.id}
    assert await days(world, "likes") == {2: 5, 3: 1}
    assert {row.cut_by for row in await rows(world, Source)} == {utc.id}


async def test_counting_anew_comes_to_what_was_counted_bit_by_bit(world: World) -> None:
    await world.publish("p1", at(2, 8))
    await world.publish("p2", at(3, 8))
    for day in range(2, 12):
        for hour in (9, 15):
            await world.sample(at(day, hour), "p1", likes=day * hour % 17, replies=day)
            await world.sample(at(day, hour), "p2", likes=day + hour)
            await world.sample(at(day, hour), world.account.remote_id or "", followers=day * hour)
    before = await counted(world)

    async with world.database.transaction(world.workspace_id) as session:
        assert await recount_account(session, world.caller, world.account) == 3

    assert await counted(world) == before


async def test_batches_recorded_at_once_lose_nothing(world: World) -> None:
    for number in range(6):
        await world.publish(f"p{number}", at(2, 8))
    await asyncio.gather(
        *(world.sample(at(2, 12, number), f"p{number % 6}", likes=number) for number in range(30))
    )

    (tally,) = [
        row for row in await rows(world, Tally) if (row.interval, row.metric) == ("day", "likes")
    ]
    assert (tally.change, tally.known, tally.measured) == (sum(range(24, 30)), 6, 6)


async def test_without_the_scope_nothing_is_recorded(world: World) -> None:
    nobody = Caller(world.workspace_id, "token:tok_x", frozenset())
    async with world.database.transaction(world.workspace_id) as session:
        with pytest.raises(ScopeMissing):
            await record_samples(session, nobody, world.account, [], now=at(2))


async def test_a_missing_month_takes_over_what_waited_for_it(world: World) -> None:
    await world.publish("p1", at(2, 8))
    long_after = datetime.fromisoformat("2031-03-05T12:00:00+00:00")
    await world.sample(long_after, "p1", likes=5)
    async with world.database.transaction(None) as session:
        assert await make_sample_months(session, first_on=long_after.date(), months=2) == 2
        assert await make_sample_months(session, first_on=long_after.date(), months=2) == 0

    assert [row.sampled_at for row in await rows(world, SampleRow)] == [long_after]
    async with world.database.transaction(world.workspace_id) as session:
        place = text("SELECT tableoid::regclass::text FROM samples")
        connection = await session.connection()
        assert (await connection.execute(place)).scalars().all() == ["sample_months.m2031_03"]


async def test_the_application_cannot_enter_a_partition(world: World) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await world.database.reads.fetch("SELECT * FROM sample_months.rest")


async def set_zone(world: World, row: Any, time_zone: str) -> None:
    async with world.database.transaction(world.workspace_id) as session:
        found = await session.get(type(row), (world.workspace_id, row.id))
        assert found is not None
        found.time_zone = time_zone
