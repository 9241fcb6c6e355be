"""The house is told of a right that ends, once, two weeks before."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.events.tables import Event
from domain.media.rules import NOTICE
from tests.workers.gallery import change, shelve
from tests.workers.stage import Stage, stage
from workers.notices import notice_due

__all__ = ["stage"]

DAY = timedelta(days=1)


async def notices(stage: Stage) -> list[str]:
    found = await stage.rows(Event)
    return [each.data["rights_end_at"] for each in found if each.kind == "media.rights_ending"]


async def notice(stage: Stage) -> int:
    return await notice_due(stage.context, stage.workspace_id, now=stage.now)


async def test_end_of_a_right_is_told_once_two_weeks_before(stage: Stage, tmp_path: Path) -> None:
    media_id = await shelve(stage, tmp_path)
    end = stage.now + NOTICE + DAY
    await change(stage, media_id, rights_until=end)

    early = await notice(stage)
    stage.now += DAY
    told = [await notice(stage) for _ in range(2)]

    assert (early, told) == (0, [1, 0])
    assert await notices(stage) == [end.isoformat()]


@pytest.mark.parametrize(("ahead", "told"), [(DAY, 1), (-DAY, 0), (None, 0)])
async def test_what_ends_sooner_is_told_at_once_and_what_has_ended_is_not(
    stage: Stage, tmp_path: Path, ahead: timedelta | None, told: int
) -> None:
    media_id = await shelve(stage, tmp_path)
    await change(stage, media_id, rights_until=stage.now + NOTICE)
    await change(stage, media_id, rights_until=None if ahead is None else stage.now + ahead)

    assert await notice(stage) == told


async def test_right_that_is_renewed_is_told_of_again(stage: Stage, tmp_path: Path) -> None:
    media_id = await shelve(stage, tmp_path)
    for days in (1, 20):
        await change(stage, media_id, rights_until=stage.now + days * DAY)
        stage.now += 10 * DAY
        await notice(stage)

    assert len(await notices(stage)) == 2
