"""Reads the sources that posts rest on, each page once for all of them."""

from datetime import datetime
from uuid import UUID

from domain.connector.errors import NetworkError
from domain.kernel.caller import worker
from domain.kernel.traces import span
from domain.sources import watching
from domain.sources.fetching import fetch
from domain.sources.shapes import Asked
from workers.context import Context

BATCH = 20


async def watch_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Claims the pages that are due and reads them side by side."""
    async with context.database.transaction(workspace_id) as session:
        found = await watching.claim_pages(
            session,
            worker(workspace_id),
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for asked in found:
        context.slots.start(read_page(context, workspace_id, asked))
    return len(found)


async def read_page(context: Context, workspace_id: UUID, asked: Asked) -> None:
    """Fetches one page, and records what came of it."""
    caller = worker(workspace_id)
    with span("read_page"):
        try:
            found = await fetch(context.http, asked)
        except NetworkError as error:
            async with context.database.transaction(workspace_id) as session:
                await watching.record_trouble(session, caller, asked, error, now=context.clock())
            return
        async with context.database.transaction(workspace_id) as session:
            await watching.record_page(session, caller, asked, found, now=context.clock())
