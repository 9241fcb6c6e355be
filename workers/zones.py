"""Plans follow the rules of time zones: looked at when a worker starts, and four times an hour."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from arq import cron
from arq.cron import CronJob

from domain.kernel.caller import worker
from domain.kernel.clock import zone_rules
from domain.kernel.traces import span
from domain.setbacks import service as setbacks
from domain.setbacks.rules import Work
from domain.zones.service import keep_place, next_batch, replan
from workers.apart import each_apart
from workers.clocks import by_own_clock
from workers.context import Context
from workers.rounds import begin_round

BATCH = 200
BEHIND = "SELECT workspace_id FROM parvis_behind_in_zones($1, $2)"


async def keep_zones(ctx: dict[str, Any]) -> None:
    """Begins a round of the workspaces that are behind; in each all plans are looked at."""
    context: Context = ctx["context"]
    begin_round(context, _replan, of=BEHIND, where=(zone_rules(), context.clock()))


async def _replan(context: Context, workspace_id: UUID) -> None:
    """What broke before is tried again; then batch by batch, each post by itself."""
    own = await by_own_clock(context, workspace_id)
    caller, rules = worker(workspace_id), zone_rules()
    with span("replan"):
        async with own.database.transaction(workspace_id) as session:
            broken = await setbacks.due_again(session, caller, Work.REPLAN, now=own.clock())
        await _move(own, workspace_id, broken, rules)
        while True:
            async with own.database.transaction(workspace_id) as session:
                batch = await next_batch(session, caller, rules=rules, most=BATCH, now=own.clock())
            if batch is None:
                return
            await _move(own, workspace_id, batch.moving, rules)
            async with own.database.transaction(workspace_id) as session:
                await keep_place(session, caller, batch, rules=rules, now=own.clock())


async def _move(own: Context, workspace_id: UUID, ids: Sequence[UUID], rules: str) -> None:
    now = own.clock()
    if ids:
        act = partial(replan, rules=rules, now=now)
        await each_apart(own, workspace_id, Work.REPLAN, ids, act, now=now)


CRON: tuple[CronJob, ...] = (cron(keep_zones, minute={8, 23, 38, 53}, run_at_startup=True),)
