"""Finds out what media hold, a file at a time; they are usable meanwhile."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel.caller import worker
from domain.kernel.traces import span
from domain.media import probes
from domain.media.probes import Unprobed
from domain.media.shapes import MediaFactsView
from workers.context import Context
from workers.crafting import Task
from workers.studio import CraftFailedError, craft, laid_out

SECONDS = 60
LEASE = timedelta(seconds=2 * SECONDS)


async def probe_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        found = await probes.claim_unprobed(
            session, worker(workspace_id), now=now, lease=LEASE, most=context.studio.free(1)
        )
    for each in found:
        context.studio.start(probe_media(context, workspace_id, each))
    return len(found)


async def probe_media(context: Context, workspace_id: UUID, file: Unprobed) -> None:
    with span("probe"):
        facts = await _facts(context, workspace_id, file)
        async with context.database.transaction(workspace_id) as session:
            await probes.keep_facts(
                session, worker(workspace_id), file.id, facts, now=context.clock()
            )


async def _facts(context: Context, workspace_id: UUID, file: Unprobed) -> MediaFactsView | None:
    try:
        async with laid_out(context, workspace_id, file.sha256) as path:
            task = Task(path=str(path), content_type=file.content_type, seconds=SECONDS)
            found = await craft(task)
    except (CraftFailedError, FileNotFoundError):
        return None
    return MediaFactsView.model_validate(found)
