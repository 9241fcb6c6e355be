"""Plans follow the rules of time zones: looked at when a worker starts, and every hour."""

from typing import Any
from uuid import UUID

from arq import cron
from arq.cron import CronJob

from domain.kernel.caller import worker
from domain.kernel.clock import zone_rules
from domain.kernel.traces import span
from domain.zones.service import replan_some
from workers.clocks import by_own_clock
from workers.context import Context

BATCH = 200


async def keep_zones(ctx: dict[str, Any]) -> None:
    """Begins in every workspace; each goes on in a slot until all its plans are looked at."""
    context: Context = ctx["context"]
    for row in await context.database.reads.fetch("SELECT workspace_id FROM parvis_workspaces()"):
        await context.slots.one_free()
        context.slots.start(_replan(context, row["workspace_id"]))


async def _replan(context: Context, workspace_id: UUID) -> None:
    is_more, own = True, await by_own_clock(context, workspace_id)
    with span("replan"):
        while is_more:
            async with context.database.transaction(workspace_id) as session:
                is_more = await replan_some(
                    session,
                    worker(workspace_id),
                    rules=zone_rules(),
                    most=BATCH,
                    now=own.clock(),
                )


CRON: tuple[CronJob, ...] = (cron(keep_zones, minute={53}, run_at_startup=True),)
