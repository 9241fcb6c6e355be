"""Reads the sources that posts rest on, each page once for all, and tells each post of changes."""

from datetime import datetime
from functools import partial
from uuid import UUID

from domain.connector.errors import NetworkError
from domain.kernel.caller import worker
from domain.kernel.traces import span
from domain.setbacks.rules import Work
from domain.sources import telling, watching
from domain.sources.fetching import fetch
from domain.sources.shapes import Asked
from workers.apart import apart, each_apart
from workers.context import Context
from workers.leafing import words_by

BATCH = 20
TELL_BATCH = 50


async def watch_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Claims the pages that are due and reads them side by side."""
    async with context.database.transaction(workspace_id) as session:
        found = await watching.claim_pages(
            session,
            worker(workspace_id),
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free_for_reading(BATCH),
        )
    for asked in found:
        context.slots.start(read_page(context, workspace_id, asked))
    return len(found)


async def read_page(context: Context, workspace_id: UUID, asked: Asked) -> None:
    """Fetches one page, and records what came of it, also that it breaks."""

    async def put_off(_: str) -> None:
        async with context.database.transaction(workspace_id) as session:
            caller = worker(workspace_id)
            await watching.record_broken(session, caller, asked, now=context.clock())

    with span("read_page"):
        async with apart("watch", [asked.id], put_off):
            await _read(context, workspace_id, asked)


async def _read(context: Context, workspace_id: UUID, asked: Asked) -> None:
    caller = worker(workspace_id)
    try:
        reading = await fetch(context.http, asked, words_by(context))
    except NetworkError as error:
        async with context.database.transaction(workspace_id) as session:
            await watching.record_trouble(session, caller, asked, error, now=context.clock())
        return
    async with context.database.transaction(workspace_id) as session:
        await watching.record_page(session, caller, asked, reading, now=context.clock())


async def tell_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    """Each post that rests on what changed in a transaction of its own."""
    async with context.database.transaction(workspace_id) as session:
        caller = worker(workspace_id)
        found = await telling.sources_due(session, caller, now=now, most=TELL_BATCH)
    act = partial(telling.tell_change, now=now)
    await each_apart(context, workspace_id, Work.TELL, found, act, now=now)
    return len(found)
