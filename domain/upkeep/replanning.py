"""Dates of upkeep meet new rules of their zone: wall time and zone stay, moments are computed anew.

What has come to its date already was told, and is left alone.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.errors import ZoneUnknown
from domain.upkeep.keeping import locked_upkeep, plan
from domain.upkeep.queries import visible_upkeeps
from domain.upkeep.rules import moment_of
from domain.upkeep.tables import Upkeep

DATES = ("valid_until", "next_check")


async def upkeeps_after(
    session: AsyncSession, caller: Caller, after: UUID, *, most: int, now: datetime
) -> tuple[list[UUID], list[UUID]]:
    """The next so many posts whose dates are to come, by their id; and those that may move."""
    to_come = (col(Upkeep.valid_until_at) > now) | (col(Upkeep.next_check_at) > now)
    statement = visible_upkeeps(caller).where(col(Upkeep.id) > after, to_come)
    found = (await session.exec(statement.order_by(col(Upkeep.id)).limit(most))).all()
    return [row.id for row in found], [row.id for row in found if _may_move(row, now)]


async def replan_upkeep(
    session: AsyncSession, caller: Caller, post_id: UUID, *, rules: str, now: datetime
) -> None:
    """Raises `NotFound` for a post that is gone; nothing where no date was set."""
    statement = visible_upkeeps(caller).where(col(Upkeep.id) == post_id)
    if (await session.exec(statement)).one_or_none() is None:
        return
    post, row = await locked_upkeep(session, caller, post_id)
    await session.refresh(row)
    moved = _moved(row, now)
    if not moved:
        return
    previous = {name: getattr(row, name).isoformat() for name in moved}
    for name, moment in moved.items():
        setattr(row, name, moment)
    row.version, row.updated_at = row.version + 1, now
    plan(session, post, row)
    data = {
        "changed": list(moved),
        "previous": previous,
        "current": {name: moment.isoformat() for name, moment in moved.items()},
        "zone_rules": rules,
    }
    record(session, caller, "post.upkeep_replanned", ("post", post_id), now=now, data=data)


def _may_move(row: Upkeep, now: datetime) -> bool:
    """As `Plan.may_move`."""
    try:
        return bool(_moved(row, now))
    except (ValueError, OverflowError):
        return True


def _moved(row: Upkeep, now: datetime) -> dict[str, datetime]:
    """Moments to come that the rules of today put elsewhere; none where the zone is unknown now."""
    found = {}
    for name in DATES:
        before: datetime | None = getattr(row, f"{name}_at")
        try:
            after = moment_of(getattr(row, name), row.time_zone)
        except ZoneUnknown:
            return {}
        if before is not None and after is not None and before > now and after != before:
            found[f"{name}_at"] = after
    return found
