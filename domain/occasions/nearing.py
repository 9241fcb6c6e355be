"""When occasions are near: a day for each, and one event when that day has come."""

from datetime import datetime
from typing import Any

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.communities.tables import Community
from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.ids import show
from domain.occasions.queries import visible_occasions
from domain.occasions.rules import BACK, proposing
from domain.occasions.tables import EventCalendar, Occasion


async def tell_near(session: AsyncSession, caller: Caller, *, now: datetime, most: int) -> int:
    """Tells of occasions whose day of proposing has come, of each once; how many were looked at."""
    statement = (
        visible_occasions(caller)
        .where(col(Occasion.act_at) <= now)
        .order_by(col(Occasion.act_at), col(Occasion.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        row.act_at = None
        if row.ends_at > now:
            row.proposed_at, row.version, row.updated_at = now, row.version + 1, now
            record(session, caller, "occasion.near", ("occasion", row.id), now=now, data=_told(row))
    return len(rows)


async def propose_anew(
    session: AsyncSession, caller: Caller, calendar: EventCalendar, *, now: datetime
) -> None:
    """Sets the days of what was not proposed yet to what its calendar says now."""
    place = (caller.workspace_id, calendar.community_id)
    community = await session.get_one(Community, place)
    statement = visible_occasions(caller).where(
        col(Occasion.event_calendar_id) == calendar.id,
        col(Occasion.starts_at) > now - BACK,
        col(Occasion.proposed_at).is_(None),
    )
    for row in (await session.exec(statement.with_for_update())).all():
        before = row.propose_on
        propose(row, calendar, community.time_zone, now=now)
        if row.propose_on != before:
            row.version, row.updated_at = row.version + 1, now


def propose(row: Occasion, calendar: EventCalendar, time_zone: str, *, now: datetime) -> None:
    """Says when it is near; once that was told it is not told again, and of the past never."""
    if row.proposed_at is not None:
        return
    day, at = proposing(row.starts_on, calendar.proposes_days_before, time_zone)
    row.propose_on, row.act_at = day, at if row.ends_at > now else None


def _told(row: Occasion) -> dict[str, Any]:
    return {
        "event_calendar_id": show("evc", row.event_calendar_id),
        "community_id": show("com", row.community_id),
        "title": row.title,
        "starts_on": row.starts_on.isoformat(),
        "starts_at": row.starts_at.isoformat(),
        "propose_on": row.propose_on.isoformat() if row.propose_on else None,
    }
