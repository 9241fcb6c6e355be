"""Makes renditions, one at a time, in a process of its own; says how far it is, heeds a no."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from domain.kernel.caller import worker
from domain.kernel.traces import span
from domain.media import renditions
from domain.media.rendering import Limits
from domain.media.renditions import Wish
from domain.media.sniffing import sniff
from workers.context import Context
from workers.crafting import Task
from workers.studio import CraftEndedError, CraftFailedError, Said, craft, laid_out

SECONDS = 1800
LEASE = timedelta(seconds=60)
IMPOSSIBLE, LOST = "rendition.impossible", "rendition.source_lost"


async def render_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        wish = await renditions.claim_wish(
            session, worker(workspace_id), now=now, lease=LEASE, most=context.studio.free(1)
        )
    if wish is None:
        return 0
    context.studio.start(make_rendition(context, workspace_id, wish))
    return 1


async def make_rendition(context: Context, workspace_id: UUID, wish: Wish) -> None:
    with span("render"), TemporaryDirectory(prefix="parvis-") as folder:
        target = Path(folder) / "rendition"
        try:
            await _craft(context, workspace_id, wish, target)
            await _keep(context, workspace_id, wish, target)
        except CraftEndedError:
            return
        except CraftFailedError as error:
            await _fail(context, workspace_id, wish, IMPOSSIBLE, str(error))
        except FileNotFoundError:
            await _fail(context, workspace_id, wish, LOST, "The file's bytes are gone.")


async def _craft(context: Context, workspace_id: UUID, wish: Wish, target: Path) -> None:
    async def listen(said: Said) -> bool:
        progress = float(str(said["progress"]))
        async with context.database.transaction(workspace_id) as session:
            return await renditions.tell_progress(
                session, worker(workspace_id), wish, progress, now=context.clock(), lease=LEASE
            )

    limits = Limits(wish.maximum_bytes, wish.maximum_pixels, wish.content_types)
    async with laid_out(context, workspace_id, wish.sha256) as path:
        task = Task(path=str(path), content_type=wish.content_type, seconds=SECONDS)
        task.target, task.limits = str(target), limits
        await craft(task, listen=listen)


async def _keep(context: Context, workspace_id: UUID, wish: Wish, target: Path) -> None:
    with target.open("rb") as file:
        stowed = await asyncio.to_thread(context.media.stow, file)
    try:
        sniffed = await asyncio.to_thread(sniff, stowed.path)
        await asyncio.to_thread(context.media.bring, workspace_id, stowed, sniffed.content_type)
        async with context.database.transaction(workspace_id) as session:
            await renditions.keep_rendition(
                session,
                worker(workspace_id),
                wish,
                stowed,
                sniffed,
                store=context.media,
                now=context.clock(),
            )
    finally:
        stowed.drop()


async def _fail(context: Context, workspace_id: UUID, wish: Wish, code: str, why: str) -> None:
    async with context.database.transaction(workspace_id) as session:
        await renditions.keep_failure(
            session, worker(workspace_id), wish, code, why, now=context.clock()
        )
