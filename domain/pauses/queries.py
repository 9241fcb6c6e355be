"""Reads of pauses, and what each of them covers."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.database import driver_of
from domain.kernel.errors import PublishingPaused
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.pauses.shapes import MOST_UNDER_WAY, PauseView
from domain.pauses.tables import Pause

NEWEST_FIRST = Sort("-pauses.created_at", (col(Pause.created_at), col(Pause.id)), (datetime, UUID))
COVERS = """(p.account_id IS NULL OR p.account_id = d.account_id)
   AND (p.calendar_id IS NULL OR p.calendar_id = o.calendar_id)
   AND (p.community_id IS NULL OR p.community_id = a.community_id)"""
"""Whether the pause `p` covers the delivery `d` of the account `a` and, if any, the post `o`."""
OF_DELIVERIES = """
  JOIN accounts a ON a.workspace_id = d.workspace_id AND a.id = d.account_id
  LEFT JOIN posts o ON o.workspace_id = d.workspace_id AND o.id = d.post_id"""
IS_OVERDUE = f"""d.act_at IS NOT NULL AND d.state = 'waiting' AND d.kind <> 'withdraw'
   AND o.held_at IS NULL AND (d.act_at <= $3 OR d.problem ->> 'code' = '{PublishingPaused.code}')"""
"""Whether `d`, if a pause covers it, waits for the pause alone: at $3, or as a worker found it."""
OVERDUE = f"""
SELECT p.id, count(*) AS overdue
  FROM deliveries d {OF_DELIVERIES}
  JOIN pauses p ON p.workspace_id = d.workspace_id AND p.ended_at IS NULL AND {COVERS}
 WHERE d.workspace_id = $1 AND p.id = ANY ($2) AND {IS_OVERDUE}
 GROUP BY p.id
"""
UNDER_WAY = f"""
SELECT p.id, (array_agg(d.id ORDER BY d.id))[:{MOST_UNDER_WAY}] AS delivery_ids
  FROM deliveries d {OF_DELIVERIES}
  JOIN pauses p ON p.workspace_id = d.workspace_id AND {COVERS}
 WHERE d.workspace_id = $1 AND p.id = ANY ($2) AND d.act_at IS NOT NULL AND d.state = 'going'
   AND d.kind <> 'withdraw' AND (o.id IS NULL OR o.state = 'going_out')
 GROUP BY p.id
"""
"""What was let out before a pause began: a post says so once its messages were judged."""
# Before its own statement: what another transaction has let out meanwhile is seen by the next.
WAIT_FOR_JUDGES = "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 4))"
"""Those who let messages out (`parvis_judge`), until they are marked: a pause begins before or
after that."""


def visible(caller: Caller) -> SelectOfScalar[Pause]:
    return select(Pause).where(col(Pause.workspace_id) == caller.workspace_id)


async def get_pause(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> PauseView:
    caller.need(Scope.POSTS_READ)
    row = await find(session, visible(caller).where(col(Pause.id) == id_), what="pause")
    return (await pause_views(session, caller, [row], now=now))[0]


async def list_pauses(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    is_open: bool | None = None,
    now: datetime,
) -> Page[PauseView]:
    """The newest first."""
    caller.need(Scope.POSTS_READ)
    statement = visible(caller)
    if is_open is not None:
        ended_at = col(Pause.ended_at)
        statement = statement.where(ended_at.is_(None) if is_open else ended_at.is_not(None))
    views = partial(pause_views, session, caller, now=now)
    return await NEWEST_FIRST.page_together(session, statement, request, views=views)


async def pauses_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, PauseView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Pause.id).in_(ids)))).all()
    return {view.id: view for view in await pause_views(session, caller, rows, now=now)}


async def pause_views(
    session: AsyncSession, caller: Caller, rows: Sequence[Pause], *, now: datetime
) -> list[PauseView]:
    asked = [row.id for row in rows if row.ended_at is None]
    overdue: dict[UUID, int] = {}
    under_way: dict[UUID, list[UUID]] = {}
    if asked:
        raw = await driver_of(session)
        found = await raw.fetch(OVERDUE, caller.workspace_id, asked, now)
        overdue = {row["id"]: row["overdue"] for row in found}
        found = await raw.fetch(UNDER_WAY, caller.workspace_id, asked)
        under_way = {row["id"]: row["delivery_ids"] for row in found}
    hidden = {"made_from", "workspace_id"}
    return [
        PauseView(
            **row.model_dump(exclude=hidden),
            overdue=overdue.get(row.id, 0),
            under_way_ids=under_way.get(row.id, []),
        )
        for row in rows
    ]
