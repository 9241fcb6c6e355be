"""Renditions are made once, whoever is killed or says no meanwhile, and go out in time."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.kernel.errors import NotAllowedNow
from domain.media.operation_shapes import MakeRendition, OperationView
from domain.media.operations import cancel_operation, get_operation, make_rendition
from domain.media.tables import Media
from tests.domain.media.files import picture
from tests.domain.media.test_rendering import noise
from tests.workers.gallery import Gallery, change, plan, shelve
from tests.workers.stage import Stage, stage
from workers.rendering import LEASE, render_due

__all__ = ["stage"]

CLEAR = noise("PNG", (1600, 1200), compress_level=0)
"""More than Bluesky takes."""
HEAVY = noise("PNG", (1600, 1400), compress_level=0)
"""More than the sandbox takes."""


async def wish(stage: Stage, media_id: UUID, network: str = "bluesky") -> OperationView:
    caller, command = worker(stage.workspace_id), MakeRendition(network=network)
    async with stage.database.transaction(stage.workspace_id) as session:
        return await make_rendition(session, caller, media_id, command, now=stage.now)


async def render(stage: Stage) -> int:
    found = await render_due(stage.context, stage.workspace_id, now=stage.now)
    await stage.context.studio.drain(100)
    return found


async def seen(stage: Stage, id_: UUID) -> OperationView:
    async with stage.database.transaction(stage.workspace_id) as session:
        return await get_operation(session, worker(stage.workspace_id), id_)


async def media(stage: Stage, id_: UUID) -> Media:
    rows: list[Media] = await stage.rows(Media)
    return next(row for row in rows if row.id == id_)


async def told(stage: Stage) -> list[str]:
    found = await stage.rows(Event)
    return [each.kind for each in found if each.kind.startswith("operation.")]


async def test_picture_that_is_too_heavy_becomes_one_that_fits_and_says_what_its_source_says(
    stage: Stage, tmp_path: Path
) -> None:
    source = await shelve(stage, tmp_path, CLEAR)
    await change(stage, source, alt_text="A vineyard.", credit="Aline", rights_until=stage.now)
    asked = await wish(stage, source)
    again = await wish(stage, source)

    assert await render(stage) == 1
    done = await seen(stage, asked.id)
    assert done.result_id is not None
    made = await media(stage, done.result_id)
    await change(stage, source, alt_text="A lake.", rights_until=None)
    later = await media(stage, done.result_id)

    assert (asked.state, asked.progress, again) == ("waiting", 0.0, asked)
    assert (done.state, done.progress, done.error) == ("done", 1.0, None)
    assert (made.rendition_of, made.rendition_for) == (source, "bluesky")
    assert made.size_bytes <= 2_000_000 < len(CLEAR)
    assert (made.alt_text, made.credit, made.rights_end_at) == ("A vineyard.", "Aline", stage.now)
    assert (later.alt_text, later.credit, later.rights_end_at) == ("A lake.", "Aline", None)
    assert await told(stage) == ["operation.created", "operation.done"]
    once_more = await wish(stage, source)
    assert (once_more.state, once_more.result_id) == ("done", made.id)


async def test_file_that_fits_is_its_own_rendition(stage: Stage, tmp_path: Path) -> None:
    source = await shelve(stage, tmp_path, picture())

    asked = await wish(stage, source)

    assert (asked.state, asked.result_id) == ("done", source)
    assert (await render(stage), len(await stage.rows(Media))) == (0, 1)


async def test_file_that_cannot_be_made_to_fit_says_why(stage: Stage, tmp_path: Path) -> None:
    source = await shelve(stage, tmp_path, CLEAR[:2_500_000])
    asked = await wish(stage, source)

    await render(stage)
    failed = await seen(stage, asked.id)

    assert failed.error is not None
    assert (failed.state, failed.error.code) == ("failed", "rendition.impossible")
    assert failed.error.message == "The picture is broken."
    assert failed.error.type == "/problems#rendition.impossible"
    assert (failed.result_id, len(await stage.rows(Media))) == (None, 1)
    assert await told(stage) == ["operation.created", "operation.failed"]


async def test_rendition_that_is_cancelled_while_it_is_made_is_not_kept(
    stage: Stage, tmp_path: Path
) -> None:
    source = await shelve(stage, tmp_path, CLEAR)
    asked = await wish(stage, source)
    await render_due(stage.context, stage.workspace_id, now=stage.now)

    async with stage.database.transaction(stage.workspace_id) as session:
        caller = worker(stage.workspace_id)
        cancelled = await cancel_operation(session, caller, asked.id, now=stage.now)
    await stage.context.studio.drain(100)
    async with stage.database.transaction(stage.workspace_id) as session:
        with pytest.raises(NotAllowedNow):
            await cancel_operation(session, caller, asked.id, now=stage.now)

    assert cancelled.state == "cancelled"
    assert await seen(stage, asked.id) == cancelled
    assert len(await stage.rows(Media)) == 1
    assert await told(stage) == ["operation.created", "operation.cancelled"]


async def test_rendition_of_a_worker_that_was_killed_is_made_once_by_another(
    stage: Stage, tmp_path: Path
) -> None:
    source = await shelve(stage, tmp_path, CLEAR)
    asked = await wish(stage, source)
    await render_due(stage.context, stage.workspace_id, now=stage.now)
    await stage.context.studio.drain(0)

    early = await render(stage)
    halfway = await seen(stage, asked.id)
    stage.now += LEASE
    taken = await render(stage)

    assert (early, taken, halfway.state) == (0, 1, "working")
    assert (await seen(stage, asked.id)).state == "done"
    assert len(await stage.rows(Media)) == 2


async def test_worker_that_lost_its_turn_keeps_nothing(stage: Stage, tmp_path: Path) -> None:
    source = await shelve(stage, tmp_path, CLEAR)
    asked = await wish(stage, source)
    await render_due(stage.context, stage.workspace_id, now=stage.now)
    other = replace(stage.context, studio=type(stage.context.studio)(1))
    await render_due(other, stage.workspace_id, now=stage.now + LEASE)
    await stage.context.studio.drain(100)
    between = await seen(stage, asked.id)
    await other.studio.drain(100)

    assert (between.state, between.result_id) == ("working", None)
    assert (await seen(stage, asked.id)).state == "done"
    assert len(await stage.rows(Media)) == 2
    assert await told(stage) == ["operation.created", "operation.done"]


async def test_what_goes_out_shows_the_rendition_made_for_its_network(
    stage: Stage, tmp_path: Path
) -> None:
    network = Gallery()
    stage.context = replace(stage.context, http=network)
    source = await shelve(stage, tmp_path, HEAVY)
    await change(stage, source, alt_text="A vineyard.")
    asked = await wish(stage, source, "sandbox")
    await render(stage)
    assert (await seen(stage, asked.id)).state == "done"

    await plan(stage, source)
    await stage.deliver()
    await stage.quiet()

    [(file, alt_text)] = network.files
    assert len(file.content) <= 8_000_000 < len(HEAVY)
    assert alt_text == "A vineyard."
