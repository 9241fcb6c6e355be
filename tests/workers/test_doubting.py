"""After a backup is brought back: what went out since it was made goes out no second time."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from domain.calendars.rules import CatchUp
from domain.calendars.tables import Calendar
from domain.kernel.settings import Settings
from domain.posts.doubting import doubt_what_fell_due
from domain.posts.tables import Delivery
from tests.workers.stage import Stage, stage
from tests.workers.test_half_out import go

__all__ = ["stage"]
LOOKED_UP_WITHIN = timedelta(seconds=2)


async def bring_back(settings: Settings, stage: Stage, *, made_at: datetime) -> int:
    """What `restore` does to the rows that it has read; gives how many of ours are in doubt."""
    before = {row.id: row.version for row in await stage.rows(Delivery)}
    assert settings.migration_database_url is not None
    owner = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    try:
        count = await doubt_what_fell_due(owner, since=made_at, now=stage.now)
    finally:
        await owner.close()
    changed = [row for row in await stage.rows(Delivery) if row.version != before[row.id]]
    assert count >= len(changed)
    return len(changed)


def there(text: str, at: datetime) -> dict[str, object]:
    return {"id": f"out {text}", "text": text, "url": text, "created_at": at.isoformat()} | {
        "media": [],
        "language": None,
        "reply_to": None,
        "root_id": None,
        "handle": "vaud",
    }


async def until_settled(stage: Stage) -> list[str]:
    """What the network was told until no outcome was in doubt."""
    said: list[str] = []
    for _ in range(5):
        said += await go(stage)
        stage.now += LOOKED_UP_WITHIN
    return said


async def due_since(stage: Stage, *texts: str) -> dict[str, UUID]:
    """Posts of a backup that fell due after it was made, each of its own account."""
    return {text: await stage.plan(text, await stage.account()) for text in texts}


async def test_what_went_out_since_the_backup_is_found_and_not_sent_again(
    settings: Settings, stage: Stage
) -> None:
    made_at = stage.now
    await due_since(stage, "out")
    stage.network.listed = [there("out", made_at + timedelta(minutes=1))]
    stage.now += timedelta(minutes=5)

    doubted = await bring_back(settings, stage, made_at=made_at)
    said = await until_settled(stage)

    [row] = await stage.rows(Delivery)
    assert (doubted, said) == (1, [])
    assert (row.state, row.remote_id) == ("done", "out out")


async def test_what_did_not_go_out_any_more_is_sent_once(settings: Settings, stage: Stage) -> None:
    await due_since(stage, "late")
    made_at, stage.now = stage.now, stage.now + timedelta(minutes=5)

    await bring_back(settings, stage, made_at=made_at)
    said = await until_settled(stage)

    assert said == ["late"]
    assert stage.network.asked.count("posts") == 2, "a listing lags behind, so it is asked twice"
    assert await stage.states() == ["done"]


async def test_what_was_under_way_when_the_backup_was_made_is_looked_up(
    settings: Settings, stage: Stage
) -> None:
    """What only waited its turn there was sent at once, though its worker had gone on since."""
    await due_since(stage, "out")
    made_at = stage.now
    stage.network.gate.clear()
    await stage.deliver()
    await stage.network.begun.wait()
    async with stage.database.transaction(stage.workspace_id) as session:
        row = await session.get_one(
            Delivery, (stage.workspace_id, (await stage.rows(Delivery))[0].id)
        )
        row.is_begun = False
    stage.network.listed = [there("out", made_at)]
    stage.now += timedelta(seconds=5)

    doubted = await bring_back(settings, stage, made_at=made_at)
    [row] = await stage.rows(Delivery)
    stage.network.gate.set()
    await stage.quiet()

    assert (doubted, row.state, row.is_begun, row.act_at) == (1, "going", True, stage.now)


async def test_what_is_planned_for_later_goes_out_at_its_moment(
    settings: Settings, stage: Stage
) -> None:
    await due_since(stage, "later")
    made_at, stage.now = stage.now - timedelta(hours=1), stage.now - timedelta(minutes=1)

    doubted = await bring_back(settings, stage, made_at=made_at)
    early = await go(stage)
    stage.now += timedelta(minutes=1)

    assert (doubted, early) == (0, [])
    assert await go(stage) == ["later"]
    assert stage.network.asked == []


async def test_what_is_not_there_and_comes_too_late_follows_its_calendar(
    settings: Settings, stage: Stage
) -> None:
    await due_since(stage, "late")
    async with stage.database.transaction(stage.workspace_id) as session:
        calendar = await session.get_one(Calendar, (stage.workspace_id, stage.calendar_id))
        calendar.catch_up, calendar.catch_up_after_min = CatchUp.ASK, 60
    made_at, stage.now = stage.now, stage.now + timedelta(hours=5)

    await bring_back(settings, stage, made_at=made_at)
    said = await until_settled(stage)
    again = await bring_back(settings, stage, made_at=made_at)

    [row] = await stage.rows(Delivery)
    assert (said, again, row.state, row.act_at) == ([], 0, "waiting", None)
    assert row.problem is not None
    assert row.problem["code"] == "publishing.missed"
