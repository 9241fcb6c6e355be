"""Goes on with imports: claims those with rows left, a batch a transaction."""

from datetime import datetime
from uuid import UUID

from domain.imports import making
from domain.kernel.caller import Caller, worker
from domain.kernel.traces import span
from workers.context import Context

BATCH = 4
"""Imports at once: each batch of one keeps a core busy for a second."""


async def import_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        found = await making.claim_imports(
            session,
            worker(workspace_id),
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for id_, sender in found:
        context.slots.start(import_rows(context, sender, id_, now=now))
    return len(found)


async def import_rows(context: Context, sender: Caller, id_: UUID, *, now: datetime) -> None:
    """The next rows of one import, seen as its sender sees them; a kill leaves none half made."""
    with span("import"):
        async with context.database.acting(sender) as session:
            await making.go_on(session, sender, id_, now=now)
