"""Computes plans anew when the rules of time zones have changed, batch by batch.

How far it got is kept once each post of a batch was moved, by itself: whoever comes after a kill
looks at the batch again, and moves what was not. Versions only go up, so that two releases side by
side do not undo each other's work.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import NotFound
from domain.plans.tables import Occurrence, QueuePlace
from domain.posts.replanning import Plan, plans_after, replan_post
from domain.upkeep.replanning import replan_upkeep, upkeeps_after
from domain.zones.tables import ZoneRules

FIRST = UUID(int=0)


Reached = tuple[datetime | None, UUID]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was looked at: where it began, where the next begins, and the posts that may move."""

    after: Reached
    reached: Reached | None
    """None: nothing is left to be looked at."""
    moving: Sequence[UUID]


async def next_batch(
    session: AsyncSession, caller: Caller, *, rules: str, most: int, now: datetime
) -> Batch | None:
    """The next `most` future plans of posts, then of upkeep.

    None where these rules, or newer ones, hold already, and while another is at it.
    """
    row = await _claim(session, caller, rules)
    if row is None:
        return None
    if row.coming != rules:
        row.coming, row.reached_at, row.reached_id = rules, now, FIRST
    last_id = row.reached_id or FIRST
    if row.reached_at is not None:
        after = row.reached_at, last_id
        plans = await plans_after(session, caller, after, most=most)
        is_more = len(plans) == most
        reached = (plans[-1].publish_at, plans[-1].id) if is_more else (None, FIRST)
        return Batch(after, reached, [plan.id for plan in plans if plan.may_move])
    ids, moving = await upkeeps_after(session, caller, last_id, most=most, now=now)
    return Batch((None, last_id), (None, ids[-1]) if len(ids) == most else None, moving)


async def keep_place(
    session: AsyncSession, caller: Caller, batch: Batch, *, rules: str, now: datetime
) -> None:
    """The batch is done, also where another was first; what of it broke is tried again apart."""
    mine = select(ZoneRules).where(col(ZoneRules.workspace_id) == caller.workspace_id)
    row = (await session.exec(mine.with_for_update())).one()
    if row.coming != rules or (row.reached_at, row.reached_id or FIRST) != batch.after:
        return
    if batch.reached is None:
        _finish(session, caller, row, rules=rules, now=now)
    else:
        row.reached_at, row.reached_id = batch.reached


async def replan(
    session: AsyncSession, caller: Caller, id_: UUID, *, rules: str, now: datetime
) -> None:
    """A post, its dates of upkeep, and what of queues and recurrences says when it goes out."""
    with suppress(NotFound):
        before = await replan_post(session, caller, id_, rules=rules, now=now)
        if before is not None:
            await _bring_along(session, caller, before)
        await replan_upkeep(session, caller, id_, rules=rules, now=now)


async def _bring_along(session: AsyncSession, caller: Caller, before: Plan) -> None:
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
