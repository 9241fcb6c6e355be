"""When posts are looked at again: set by people, and confirmed once they still hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import UNSENT, apply
from domain.kernel.errors import (
    Fault,
    Misfit,
    NotFound,
    TimeAfterValidity,
    VersionMissing,
    VersionStale,
)
from domain.posts.planning import future
from domain.posts.replanning import PLANNED
from domain.posts.tables import Post
from domain.upkeep.deciding import dismiss_proposed
from domain.upkeep.keeping import locked_upkeep, note_stale, plan, set_moments
from domain.upkeep.queries import upkeep_view
from domain.upkeep.rules import UpdateReason, next_check
from domain.upkeep.shapes import ChangeUpkeep, ConfirmUpkeep, UpkeepView
from domain.upkeep.tables import Upkeep
from domain.workspaces.queries import standing
from domain.workspaces.releasing import hold_seat

TOLD = {"valid_until": UpdateReason.EXPIRED, "next_check": UpdateReason.CHECK_DUE}
"""What another date makes untrue."""


async def change_upkeep(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeUpkeep,
    *,
    expected_version: int | None,
    now: datetime,
) -> UpkeepView:
    """Of a post. Raises `TimePast`, and `TimeAfterValidity` where it is planned for later.

    Raises `NotFound` also for a checker who is no member.
    """
    caller.need(Scope.POSTS_WRITE)
    values = command.sent()
    await hold_seat(session, values.get("checker_id"))
    post, row = await locked_upkeep(session, caller, id_)
    _ensure_version(row, expected_version)
    if values.get("checker_id") and await standing(session, values["checker_id"]) is None:
        raise NotFound("member", [values["checker_id"]])
    _complete(row, values, now)
    new = {name: values.get(name) for name in TOLD if values.get(name) != getattr(row, name)}
    _ensure_to_come(new, values.get("time_zone", row.time_zone), now)
    _ensure_planned_before(post, row, values["valid_until_at"])
    previous = apply(row, values, now=now)
    if previous:
        untrue = {reason for name, reason in TOLD.items() if name in previous}
        note_stale(post, row, set(row.stale_for) - untrue)
        plan(session, post, row)
        about = ("post", id_)
        record_change(session, caller, "post.upkeep_changed", about, row, previous, now=now)
    await session.flush()
    return upkeep_view(row)


async def confirm_upkeep(
    session: AsyncSession, caller: Caller, id_: UUID, command: ConfirmUpkeep, *, now: datetime
) -> UpkeepView:
    """What is public of a post still holds: nothing of it is stale, the next check is set.

    What was proposed for it is dismissed. Raises `TimePast`, and `Misfit` where its validity is
    over and no other is said.
    """
    caller.need(Scope.POSTS_WRITE)
    post, row = await locked_upkeep(session, caller, id_)
    values = command.model_dump(include={"valid_until", "next_check"}, exclude_none=True)
    is_over = row.valid_until_at is not None and row.valid_until_at <= now
    if is_over and "valid_until" not in values:
        message = "Its validity is over: say until when it holds."
        raise Misfit(faults=(Fault("/valid_until", "upkeep.expired", message),))
    last = row.next_check
    values.setdefault("next_check", next_check(row.check_every_days, last, row.time_zone, now=now))
    _ensure_to_come(values, row.time_zone, now)
    _complete(row, values, now)
    _ensure_planned_before(post, row, values["valid_until_at"])
    for name, value in values.items():
        setattr(row, name, value)
    row.checked_at, row.checked_by = now, caller.actor
    note_stale(post, row, ())
    row.version, row.updated_at = row.version + 1, now
    plan(session, post, row)
    await dismiss_proposed(session, caller, id_, words=command.words, now=now)
    data = {"next_check_at": row.next_check_at.isoformat() if row.next_check_at else None}
    record(session, caller, "post.confirmed", ("post", id_), now=now, data=data)
    await session.flush()
    return upkeep_view(row)


def _ensure_version(row: Upkeep, expected_version: int | None) -> None:
    if expected_version == UNSENT:
        raise VersionMissing
    if expected_version is not None and row.version != expected_version:
        raise VersionStale(f"This upkeep is at version {row.version}, not {expected_version}.")


def _complete(row: Upkeep, values: dict[str, Any], now: datetime) -> None:
    """Adds the next check where only its period is said, and all moments."""
    place = values.get("time_zone", row.time_zone)
    if values.get("check_every_days") is not None and "next_check" not in values:
        last = row.next_check
        values["next_check"] = next_check(values["check_every_days"], last, place, now=now)
    set_moments(row, values)


def _ensure_planned_before(post: Post, row: Upkeep, end: datetime | None) -> None:
    """Raises `TimeAfterValidity` for another end that the plan of a post does not keep."""
    planned = post.publish_at if post.state in PLANNED else None
    if end is None or planned is None or end == row.valid_until_at:
        return
    if planned >= end:
        message = f"It is planned for {planned.isoformat()}, which is not before that."
        raise TimeAfterValidity(message, at="/valid_until")


def _ensure_to_come(walls: Mapping[str, datetime | None], place: str, now: datetime) -> None:
    """Raises `TimePast`."""
    for name, wall in walls.items():
        if wall is not None:
            future(wall, place, now, at=f"/{name}")
