"""Plans of every workspace follow new rules of zones, found by a worker that starts."""

from datetime import UTC, datetime, timedelta

from arq.connections import ArqRedis
from sqlmodel import select

from domain.kernel.clock import zone_rules
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.setbacks.tables import Setback
from tests.domain.zones.test_service import NEW, NO_SUMMER, SUMMER, ZURICH, Desk, utc
from tests.networks.scripted import ScriptedHttp
from tests.rules_of_zones import new_rules
from tests.workers.world import VISITED_S, make_context
from tests.world import make_workspace
from workers.zones import BEHIND, CRON, keep_zones


async def test_every_workspace_is_looked_at_batch_by_batch(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    context = make_context(settings, database, redis, ScriptedHttp([]))
    desks = [await Desk(database, await make_workspace(database)).open() for _ in range(2)]
    posts = [(desk, await desk.scheduled(SUMMER)) for desk in desks]

    with new_rules(NEW, NO_SUMMER):
        assert zone_rules() == NEW
        await keep_zones({"context": context})
        await context.slots.drain(VISITED_S)

    for desk, id_ in posts:
        assert (await desk.post(id_)).publish_at == utc("2027-06-01T08:00:00")
        assert (await desk.delivery(id_)).act_at == utc("2027-06-01T08:00:00")


async def test_only_workspaces_that_are_behind_are_visited(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    context = make_context(settings, database, redis, ScriptedHttp([]))
    workspace_id = await make_workspace(database)

    async def is_behind(rules: str) -> bool:
        rows = await database.reads.fetch(BEHIND, rules, context.clock())
        return workspace_id in {row["workspace_id"] for row in rows}

    before = await is_behind(zone_rules())
    await keep_zones({"context": context})
    await context.slots.drain(VISITED_S)

    assert (before, await is_behind(zone_rules()), await is_behind(NEW)) == (True, False, True)


async def test_a_post_at_which_replanning_breaks_keeps_back_no_other_and_is_tried_again(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    at = datetime.now(UTC)
    context = make_context(settings, database, redis, ScriptedHttp([]), lambda: at)
    desk = await Desk(database, await make_workspace(database)).open()
    first, second = [await desk.scheduled(SUMMER) for _ in range(2)]
    spoilt = datetime(9999, 12, 31, 23, 59)  # noqa: DTZ001 - a wall time
    whole = await desk.post(first)
    wall_time = whole.wall_time

    async def kept() -> list[datetime | None]:
        await keep_zones({"context": context})
        await context.slots.drain(VISITED_S)
        return [(await desk.post(id_)).publish_at for id_ in (first, second)]

    await desk.set(whole, wall_time=spoilt, time_zone="America/New_York")
    with new_rules(NEW, {**NO_SUMMER, "America/New_York": "America/New_York"}):
        broken = await kept()
        async with database.transaction(desk.workspace_id) as session:
            [setback] = (await session.exec(select(Setback))).all()
        await desk.set(whole, wall_time=wall_time, time_zone=ZURICH)
        early = await kept()
        at += timedelta(minutes=1)
        mended = await kept()

    before, after = utc("2027-06-01T07:00:00"), utc("2027-06-01T08:00:00")
    assert (broken, early, mended) == ([before, after], [before, after], [after, after])
    assert (setback.work, setback.subject_id, setback.failures) == ("replan", first, 1)
    assert (setback.reason, setback.next_at) == ("OverflowError", at)
    async with database.transaction(desk.workspace_id) as session:
        assert (await session.exec(select(Setback))).all() == []


def test_a_worker_looks_when_it_starts() -> None:
    assert [job.run_at_startup for job in CRON] == [True]
