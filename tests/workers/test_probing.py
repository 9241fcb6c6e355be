"""Files are looked into by a process of its own, once, whoever is killed meanwhile."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.media.queries import get_media
from domain.media.shapes import MediaView
from domain.media.tables import Media
from tests.domain.media.files import picture, track, video
from tests.domain.media.films import film
from tests.workers.gallery import change, shelve
from tests.workers.stage import Stage, stage
from workers.crafting import Task
from workers.probing import LEASE, probe_due
from workers.studio import ROOT, CraftFailedError, craft

__all__ = ["stage"]


async def probe(stage: Stage) -> int:
    found = await probe_due(stage.context, stage.workspace_id, now=stage.now)
    await stage.context.studio.drain(30)
    return found


async def seen(stage: Stage, media_id: UUID) -> MediaView:
    async with stage.database.transaction(stage.workspace_id) as session:
        return await get_media(session, worker(stage.workspace_id), media_id)


async def told(stage: Stage) -> list[str]:
    return [each.kind for each in await stage.rows(Event) if each.kind.startswith("media.")]


async def test_film_is_usable_at_once_and_known_when_it_was_looked_into(
    stage: Stage, tmp_path: Path
) -> None:
    media_id = await shelve(stage, tmp_path, film(), "video/mp4")
    before = await seen(stage, media_id)

    assert await probe(stage) == 1
    after = await seen(stage, media_id)

    assert (before.state, before.facts) == ("probing", None)
    assert after.facts is not None
    assert (after.state, after.facts.duration_s, after.facts.video_codec) == ("probed", 2.0, "h264")
    assert (after.version, await probe(stage)) == (before.version, 0)
    assert await told(stage) == ["media.added", "media.probed"]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(video(track(64, 48)), "video/mp4"), (picture("PNG", (40, 30))[:60], "image/png")],
)
async def test_file_that_cannot_be_read_says_so(
    stage: Stage, tmp_path: Path, content: bytes, content_type: str
) -> None:
    media_id = await shelve(stage, tmp_path, content, content_type)

    await probe(stage)
    after = await seen(stage, media_id)

    assert (after.state, after.facts) == ("unreadable", None)
    assert await told(stage) == ["media.added", "media.unreadable"]


async def test_file_whose_bytes_are_gone_cannot_be_read(stage: Stage, tmp_path: Path) -> None:
    media_id = await shelve(stage, tmp_path, picture(), "image/png")
    view = await seen(stage, media_id)
    stage.context.media.remove(stage.workspace_id, view.sha256)

    await probe(stage)

    assert (await seen(stage, media_id)).state == "unreadable"


async def test_file_of_a_worker_that_was_killed_is_found_when_its_lease_ends(
    stage: Stage, tmp_path: Path
) -> None:
    media_id = await shelve(stage, tmp_path, picture(), "image/png")
    await probe_due(stage.context, stage.workspace_id, now=stage.now)
    await stage.context.studio.drain(0)

    early = await probe(stage)
    stage.now += LEASE

    assert ((await seen(stage, media_id)).state, early) == ("probing", 0)
    assert await probe(stage) == 1
    assert (await seen(stage, media_id)).state == "probed"


async def test_worker_with_its_hands_full_leaves_files_for_a_moment(
    stage: Stage, tmp_path: Path
) -> None:
    for colour in ("red", "green"):
        await shelve(stage, tmp_path, picture(colour=colour), "image/png")

    first = await probe_due(stage.context, stage.workspace_id, now=stage.now)
    second = await probe_due(stage.context, stage.workspace_id, now=stage.now)
    third = await probe_due(stage.context, stage.workspace_id, now=stage.now)
    await stage.context.studio.drain(30)

    assert (first, second, third) == (1, 0, 0)
    states = sorted(row.state for row in await stage.rows(Media))
    assert states == ["probed", "probing"]


async def test_what_is_known_of_a_file_changes_while_it_is_looked_into(
    stage: Stage, tmp_path: Path
) -> None:
    media_id = await shelve(stage, tmp_path, picture(), "image/png")
    await probe_due(stage.context, stage.workspace_id, now=stage.now)
    await change(stage, media_id, alt_text="A vineyard.")
    await stage.context.studio.drain(30)

    after = await seen(stage, media_id)

    assert (after.state, after.alt_text, after.version) == ("probed", "A vineyard.", 2)


async def test_craft_that_does_not_end_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    os.mkfifo(path)

    with pytest.raises(CraftFailedError, match="too long"):
        await craft(Task(path=str(path), content_type="video/mp4", seconds=1))


def test_neither_the_api_nor_the_workers_load_what_reads_videos() -> None:
    asked = "import api.main, workers.main, sys; sys.exit('av' in sys.modules)"

    ended = subprocess.run([sys.executable, "-c", asked], check=False, cwd=ROOT)

    assert ended.returncode == 0
