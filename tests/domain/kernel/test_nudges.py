"""Nudges leave after the commit; a queue that is away or silent costs nobody anything."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import text

from domain.calendars.service import change_calendar, create_calendar
from domain.calendars.shapes import ChangeCalendar, CreateCalendar
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.meters import NUDGES_LOST
from domain.kernel.nudges import DUE_CHANNEL, QUEUE, Nudges, due_at, nudge, open_queue, pack, unpack
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.world import make_workspace

SOON_S = 3.0


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    return await make_workspace(database)


async def open_with(settings: Settings, pool: ArqRedis) -> Database:
    url = settings.database_url.get_secret_value()
    return await Database.open(
        url, Nudges(pool), pool_size=1, read_pool_size=1, statement_cache_size=0
    )


async def jobs(redis: ArqRedis, subject_id: UUID) -> list[tuple[str, tuple[object, ...]]]:
    found = await redis.queued_jobs(queue_name=QUEUE)
    return [(job.function, tuple(job.args)) for job in found if str(subject_id) in job.args]


async def test_a_nudge_leaves_after_the_commit_and_once_per_subject(
    database: Database, redis: ArqRedis, workspace_id: UUID
) -> None:
    subject_id = new_id()
    async with database.transaction(workspace_id) as session:
        nudge(session, "recut_metrics", workspace_id, subject_id)
        nudge(session, "recut_metrics", workspace_id, subject_id)
        await session.exec(text("SELECT 1"))  # type: ignore[call-overload]  # SQLModel types no text()
        before = await jobs(redis, subject_id)

    assert before == []
    assert await jobs(redis, subject_id) == [
        ("recut_metrics", (str(workspace_id), str(subject_id), None))
    ]


async def test_what_was_rolled_back_nudges_nobody(
    database: Database, redis: ArqRedis, workspace_id: UUID
) -> None:
    subject_id = new_id()

    async def refuse() -> None:
        async with database.transaction(workspace_id) as session:
            nudge(session, "recut_metrics", workspace_id, subject_id)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await refuse()

    assert await jobs(redis, subject_id) == []


async def test_timers_hear_of_a_due_moment(
    database: Database, redis: ArqRedis, workspace_id: UUID
) -> None:
    at = NOW + timedelta(hours=1)
    async with redis.pubsub() as channel:
        await channel.subscribe(DUE_CHANNEL)
        await channel.get_message(timeout=SOON_S)
        async with database.transaction(workspace_id) as session:
            due_at(session, workspace_id, new_id(), at)
        heard = await channel.get_message(ignore_subscribe_messages=True, timeout=SOON_S)

    assert heard is not None
    assert heard["data"] == at.isoformat().encode()


async def test_a_calendar_that_changes_its_zone_has_its_days_cut_anew(
    database: Database, redis: ArqRedis, workspace_id: UUID
) -> None:
    community_id, caller = await make_community(database, workspace_id), worker(workspace_id)
    async with database.transaction(workspace_id) as session:
        command = CreateCalendar(community_id=community_id, name="Main", time_zone="Europe/Zurich")
        made = await create_calendar(session, caller, command, now=NOW)

    woken = []
    for change in ({"name": "Other"}, {"time_zone": "Europe/Zurich"}, {"time_zone": "UTC"}):
        async with database.transaction(workspace_id) as session:
            wanted = ChangeCalendar.model_validate(change)
            await change_calendar(session, caller, made.id, wanted, expected_version=None, now=NOW)
        woken.append(len(await jobs(redis, made.id)))

    assert woken == [0, 0, 1]


async def test_a_queue_that_is_away_loses_the_nudge_and_nothing_else(
    settings: Settings, database: Database, workspace_id: UUID
) -> None:
    away = open_queue("redis://127.0.0.1:1/0")
    alone = await open_with(settings, away)
    lost = NUDGES_LOST._value.get()
    community_id = await make_community(alone, workspace_id)
    async with alone.transaction(workspace_id) as session:
        nudge(session, "recut_metrics", workspace_id, community_id)
        due_at(session, workspace_id, community_id, NOW)
    await alone.close()
    await away.aclose()

    assert NUDGES_LOST._value.get() == lost + 1
    async with database.transaction(workspace_id) as session:
        count = text("SELECT count(*) FROM communities")
        assert (await session.exec(count)).scalar_one() == 1  # type: ignore[call-overload]  # as above


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """A queue that takes connections and never answers."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    server.close()
    await server.wait_closed()


async def test_a_queue_that_hangs_keeps_nobody_waiting(
    settings: Settings, workspace_id: UUID, silent: str
) -> None:
    pool = open_queue(silent)
    alone = await open_with(settings, pool)
    lost = NUDGES_LOST._value.get()
    async with asyncio.timeout(SOON_S):
        async with alone.transaction(workspace_id) as session:
            nudge(session, "recut_metrics", workspace_id, new_id())
    await alone.close()
    await pool.aclose()

    assert NUDGES_LOST._value.get() == lost + 1


def test_jobs_are_json_so_that_nothing_in_the_queue_can_run_code() -> None:
    job: dict[str, object] = {
        "t": None,
        "f": "recut_metrics",
        "a": [str(new_id())],
        "k": {},
        "et": 1,
    }

    assert json.loads(pack(job)) == job
    assert unpack(pack(job)) == job
    with pytest.raises(ValueError, match="Expecting value"):
        unpack(b"cos\nsystem\n(S'true'\ntR.")
