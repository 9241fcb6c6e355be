"""Computes plans anew when the rules of time zones have changed, batch by batch.

Each batch is one transaction that also keeps how far it got: whoever comes after a kill goes on
there. Versions only go up, so that two releases side by side do not undo each other's work.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.plans.tables import Occurrence, QueuePlace
from domain.posts.replanning import Plan, plans_after, replan_post
from domain.upkeep.replanning import replan_upkeeps
from domain.zones.tables import ZoneRules

FIRST = UUID(int=0)


async def replan_some(
    session: AsyncSession, caller: Caller, *, rules: str, most: int, now: datetime
) -> bool:
    """Looks at the next `most` future plans of posts, then of upkeep; gives whether more are left.

    Nothing is done where these rules, or newer ones, hold already, and where another is at it.
    """
    row = await _claim(session, caller, rules)
    if row is None:
        return False
    if row.coming != rules:
        row.coming, row.reached_at, row.reached_id = rules, now, FIRST
    if row.reached_at is not None:
        after = row.reached_at, row.reached_id or FIRST
        plans = await plans_after(session, caller, after, most=most)
        for plan in plans:
            if plan.moment != plan.publish_at:
                await _move(session, caller, plan, rules=rules, now=now)
        if len(plans) == most:
            row.reached_at, row.reached_id = plans[-1].publish_at, plans[-1].id
            return True
        row.reached_at, row.reached_id = None, FIRST
    last_id = row.reached_id or FIRST
    row.reached_id = await replan_upkeeps(session, caller, last_id, rules=rules, most=most, now=now)
    if row.reached_id is not None:
        return True
    _finish(session, caller, row, rules=rules, now=now)
    return False


async def _move(
    session: AsyncSession, caller: Caller, plan: Plan, *, rules: str, now: datetime
) -> None:
    """The post, and what of queues and recurrences says for which moment it waits."""
    before = await replan_post(session, caller, plan.id, rules=rules, now=now)
    if before is None:
        return
    place = await session.get(QueuePlace, (caller.workspace_id, before.id))
    if place is not None and place.planned_at == before.publish_at:
        place.planned_at = before.moment
    statement = select(Occurrence).where(
        col(Occurrence.workspace_id) == caller.workspace_id, col(Occurrence.post_id) == before.id
    )
    for occurrence in (await session.exec(statement)).all():
        if occurrence.post_version == before.version:
            # No person has changed it: it goes on following its recurrence.
            occurrence.at, occurrence.post_version = before.moment, before.version + 1


def _finish(
    session: AsyncSession, caller: Caller, row: ZoneRules, *, rules: str, now: datetime
) -> None:
    """The first pass of a workspace changes no rules: it tells nothing."""
    if row.version:
        data = {"previous": {"zone_rules": row.version}, "current": {"zone_rules": rules}}
        about = ("workspace", caller.workspace_id)
        record(session, caller, "workspace.replanned", about, now=now, data=data)
    row.version, row.coming, row.reached_at, row.reached_id = rules, None, None, None


async def _claim(session: AsyncSession, caller: Caller, rules: str) -> ZoneRules | None:
    """The workspace's row, locked; None while another has it, and where nothing is left to do."""
    mine = select(ZoneRules).where(col(ZoneRules.workspace_id) == caller.workspace_id)
    known = (await session.exec(mine)).one_or_none()
    if known is not None and known.version >= rules:
        return None
    if known is None:
        first = insert(ZoneRules).values(workspace_id=caller.workspace_id, version="")
        await session.exec(first.on_conflict_do_nothing())
    found = mine.where(col(ZoneRules.version) < rules).with_for_update(skip_locked=True)
    return (await session.exec(found.execution_options(populate_existing=True))).one_or_none()
