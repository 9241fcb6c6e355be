"""What could not go out when it was due: the calendar's rule.

Later than the calendar allows, it is published all the same, skipped, or waits for a person. What
people had held back (a lost login, a pause, a missing approval) is never skipped: they are asked.
While an account cannot speak, its queue is kept as it is; the rule holds once it is connected.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.calendars.rules import CatchUp
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.errors import PublishingMissed
from domain.kernel.ids import show
from domain.pauses.queries import COVERS, OF_DELIVERIES
from domain.posts import statements
from domain.posts.deliveries import call_off, settle_post
from domain.posts.finding import lock_with_post
from domain.posts.holding import Reason, hold, problem_of
from domain.posts.rules import DeliveryKind, DeliveryState, sent_of
from domain.posts.tables import Delivery

# The shortest that a calendar can allow is a minute: what is nearly on time is not asked about.
# What fell due while a pause covered it was held back, whether a worker was there to say so or not.
MISSED = f"""
SELECT d.id, d.post_id, CASE WHEN was.held THEN 'ask' ELSE c.catch_up END AS catch_up
  FROM deliveries d {OF_DELIVERIES}
  JOIN calendars c ON c.workspace_id = o.workspace_id AND c.id = o.calendar_id
 CROSS JOIN LATERAL (
    SELECT coalesce(d.problem ->> 'acting_party' = 'user', false) OR EXISTS (
        SELECT FROM pauses p WHERE p.workspace_id = d.workspace_id
           AND p.created_at <= d.due_at AND p.ended_at > d.due_at AND {COVERS}
    )) AS was (held)
 WHERE d.workspace_id = $1 AND d.id = ANY ($2) AND c.catch_up <> 'publish'
   AND (a.state = 'connected' OR a.state = 'connecting' AND a.check_at IS NOT NULL)
   AND (d.attempts = 1 AND d.problem IS NULL OR was.held)
   AND d.due_at < $3::timestamptz - make_interval(mins => c.catch_up_after_min)
 ORDER BY d.id
"""


async def hold_missed(
    session: AsyncSession, caller: Caller, rows: Sequence[asyncpg.Record], *, now: datetime
) -> Sequence[asyncpg.Record]:
    """Ends or holds what comes too late by its calendar; gives the others.

    What is tried again because of its network, or waited behind such, is not late: it was in time.
    """
    late = [row["id"] for row in rows if _is_late(row, now)]
    if not late:
        return rows
    raw = await driver_of(session)
    found = await raw.fetch(MISSED, caller.workspace_id, late, now)
    missed = {row["id"]: CatchUp(row["catch_up"]) for row in found}
    if not missed:
        return rows
    # Before their deliveries, and in one order for all: so nobody waits crosswise.
    posts = {row["post_id"] for row in found}
    await raw.fetch(statements.LOCK_POSTS, caller.workspace_id, list(posts))
    reasons = {id_: Reason(PublishingMissed()) for id_ in missed}
    await hold(session, caller, reasons, now=now, again_in=None)
    for id_, catch_up in missed.items():
        if catch_up is CatchUp.SKIP:
            await skip(session, caller, id_, now=now)
    return [row for row in rows if row["id"] not in missed]


async def skip(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> None:
    """Ends a delivery that waits: it will not go out."""
    post, row = await lock_with_post(session, caller, id_)
    if row.state != DeliveryState.WAITING:
        return
    call_off(row, now)
    data = {"account": show("acct", row.account_id)}
    record(session, caller, "delivery.skipped", ("delivery", row.id), now=now, data=data)
    if post is not None:
        await settle_post(session, caller, post, now=now)


def ask(session: AsyncSession, caller: Caller, row: Delivery, *, now: datetime) -> None:
    """Leaves a delivery that waits to a person, who sends it by a retry, or cancels it."""
    row.act_at, row.problem = None, problem_of(PublishingMissed())
    row.version, row.updated_at = row.version + 1, now
    data = {"code": PublishingMissed.code, "account": show("acct", row.account_id)}
    record(session, caller, "delivery.held", ("delivery", row.id), now=now, data=data)


def _is_late(row: asyncpg.Record, now: datetime) -> bool:
    # Of what is half out the rest follows, however late.
    is_first = row["state"] == DeliveryState.GOING and not sent_of(row["checkpoint"])
    is_post = row["kind"] == DeliveryKind.PUBLISH and row["post_id"] is not None
    return is_first and is_post and (now - row["due_at"]).total_seconds() >= 60
