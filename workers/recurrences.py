"""Makes the posts of recurrences: claims those with something to make, one transaction each."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel.caller import worker
from domain.kernel.traces import span
from domain.plans import making
from workers.context import Context

BATCH = 20


async def recur_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        ids = await making.claim_recurrences(
            session,
            worker(workspace_id),
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for id_ in ids:
        context.slots.start(make_posts(context, workspace_id, id_, now=now))
    return len(ids)


async def make_posts(context: Context, workspace_id: UUID, id_: UUID, *, now: datetime) -> None:
    """Makes the posts of one recurrence up to the horizon; a kill leaves none half made."""
    horizon = timedelta(days=context.settings.recurrence_horizon_days)
    with span("recur"):
        async with context.database.transaction(workspace_id) as session:
            await making.follow(session, worker(workspace_id), id_, horizon=horizon, now=now)
