"""What pauses hold back, and what becomes of it when they end."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find_for_change
from domain.kernel.database import driver_of
from domain.kernel.errors import NotAllowedNow, PauseOverdue, PublishingPaused
from domain.kernel.ids import show
from domain.pauses.queries import (
    COVERS,
    IS_OVERDUE,
    OF_DELIVERIES,
    pause_views,
    visible,
)
from domain.pauses.shapes import EndPause, Overdue, PauseView
from domain.pauses.tables import Pause
from domain.posts import statements
from domain.posts.deliveries import make_due
from domain.posts.finding import lock_with_post
from domain.posts.holding import Reason, hold
from domain.posts.missed import ask, skip
from domain.posts.rules import DeliveryKind, DeliveryState

OPEN = f"""
  JOIN pauses p ON p.workspace_id = d.workspace_id AND p.ended_at IS NULL AND {COVERS}"""
# A pause that ends at this moment ends before or after what is held for it: never in between.
LOCK_OPEN = """
SELECT id FROM pauses WHERE workspace_id = $1 AND ended_at IS NULL ORDER BY id FOR SHARE
"""
PAUSED = f"""
SELECT DISTINCT ON (d.id) d.id, p.id AS pause_id, p.reason
  FROM deliveries d {OF_DELIVERIES} {OPEN}
 WHERE d.workspace_id = $1 AND d.id = ANY ($2) ORDER BY d.id, p.id
"""
# Of what waits for a pause: what no other pause holds still.
FREED = f"""
SELECT d.id, d.post_id FROM deliveries d {OF_DELIVERIES} {OPEN}
 WHERE d.workspace_id = $1 AND {IS_OVERDUE}
 GROUP BY d.id, d.post_id HAVING bool_and(p.id = $2) ORDER BY d.id
"""


async def hold_paused(
    session: AsyncSession, caller: Caller, rows: Sequence[asyncpg.Record], *, now: datetime
) -> Sequence[asyncpg.Record]:
    """Holds of claimed deliveries those that a pause covers; gives the others.

    For who is known as a judge (`parvis_judge`): a pause begins before or after.
    Withdrawals go on, and look-ups: they bring nothing out.
    """
    asked = [row["id"] for row in rows if _brings_out(row)]
    raw = await driver_of(session)
    if not asked:
        return rows
    if not await raw.fetch(LOCK_OPEN, caller.workspace_id):
        return rows
    found = await raw.fetch(PAUSED, caller.workspace_id, asked)
    held = {row["id"]: _reason(row) for row in found}
    if held:
        await hold(session, caller, held, now=now)
    return [row for row in rows if row["id"] not in held]


async def ensure_unpaused(session: AsyncSession, caller: Caller, delivery_id: UUID) -> bool:
    """For what has waited since it was claimed; whether nothing at all is paused.

    Raises `PublishingPaused`; that pause ends no sooner than the transaction.
    """
    raw = await driver_of(session)
    if not await raw.fetch(LOCK_OPEN, caller.workspace_id):
        return True
    for row in await raw.fetch(PAUSED, caller.workspace_id, [delivery_id]):
        raise _reason(row).error
    return False


async def end_pause(
    session: AsyncSession, caller: Caller, id_: UUID, command: EndPause, *, now: datetime
) -> PauseView:
    """What is planned goes out again. Raises `PauseOverdue` until somebody says what of the rest.

    What another pause holds as well stays held.
    """
    caller.need(Scope.POSTS_PUBLISH)
    row = await find_for_change(
        session, visible(caller).where(col(Pause.id) == id_), what="pause", expected_version=None
    )
    if row.community_id is None:
        caller.need_all_communities()
    if row.ended_at is not None:
        raise NotAllowedNow("The pause has ended already.")
    raw = await driver_of(session)
    freed = await raw.fetch(FREED, caller.workspace_id, id_, now)
    if freed and command.overdue is None:
        raise PauseOverdue(f"Messages that should have gone out meanwhile: {len(freed)}.")
    # Before their deliveries, and in one order for all: so nobody waits crosswise.
    posts = {each["post_id"] for each in freed} - {None}
    await raw.fetch(statements.LOCK_POSTS, caller.workspace_id, list(posts))
    for each in freed:
        await _decide(session, caller, each["id"], command.overdue or Overdue.ASK, now)
    row.ended_at, row.ended_by = now, caller.actor
    row.version, row.updated_at = row.version + 1, now
    data = {"overdue": len(freed), "decided": command.overdue}
    record(session, caller, "pause.ended", ("pause", id_), now=now, data=data)
    return (await pause_views(session, caller, [row], now=now))[0]


async def _decide(
    session: AsyncSession, caller: Caller, delivery_id: UUID, overdue: Overdue, now: datetime
) -> None:
    post, row = await lock_with_post(session, caller, delivery_id)
    if row.state != DeliveryState.WAITING or (post is not None and post.held_at is not None):
        return
    if overdue is Overdue.SKIP:
        await skip(session, caller, delivery_id, now=now)
        return
    if overdue is Overdue.PUBLISH:
        # From now on: it is not late by its calendar.
        make_due(session, row, now, now=now)
        return
    ask(session, caller, row, now=now)


def _brings_out(row: asyncpg.Record) -> bool:
    is_first: bool = row["state"] == DeliveryState.GOING
    return is_first and row["kind"] != DeliveryKind.WITHDRAW


def _reason(row: asyncpg.Record) -> Reason:
    pause = show("pau", row["pause_id"])
    return Reason(PublishingPaused(f"It is paused: {row['reason']}"), {"pause": pause})
