"""What every change of upkeep begins and ends with: the locked row, what is stale, what is due."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.changes import find_for_change
from domain.kernel.errors import NotFound
from domain.kernel.nudges import due_at
from domain.posts.finding import find_post
from domain.posts.tables import Post
from domain.upkeep.queries import new_upkeep, visible, visible_upkeeps
from domain.upkeep.rules import UpdateReason, due_next, moment_of, next_check
from domain.upkeep.tables import Update, Upkeep


async def locked_upkeep(
    session: AsyncSession, caller: Caller, post_id: UUID
) -> tuple[Post, Upkeep]:
    """The post, locked, and its upkeep under that lock, made where there is none. `NotFound`."""
    post = await find_post(session, caller, post_id, None)
    statement = visible_upkeeps(caller).where(col(Upkeep.id) == post_id)
    row = (await session.exec(statement.with_for_update())).one_or_none()
    if row is None:
        row = new_upkeep(post)
        session.add(row)
    return post, row


async def locked(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> tuple[Post, Update]:
    """The post of an update, then the update. Raises `NotFound`."""
    found = select(Update.post_id).where(
        col(Update.workspace_id) == caller.workspace_id, col(Update.id) == id_
    )
    post_id = (await session.exec(found)).one_or_none()
    if post_id is None:
        raise NotFound("update", [id_])
    post = await find_post(session, caller, post_id, None)
    statement = visible(caller).where(col(Update.id) == id_)
    row = await find_for_change(
        session, statement, what="update", expected_version=expected_version
    )
    return post, row


def set_moments(row: Upkeep, values: dict[str, Any]) -> None:
    """Computes the moments of new wall times, or of a new zone, among `values`."""
    place = values.get("time_zone", row.time_zone)
    for name in ("valid_until", "next_check"):
        values[f"{name}_at"] = moment_of(values.get(name, getattr(row, name)), place)


def note_stale(post: Post, row: Upkeep, reasons: Iterable[str]) -> None:
    """Keeps why it may no longer hold, in the order of the reasons; the post shows it in lists."""
    found = set(reasons)
    row.stale_for = post.stale_for = [each for each in UpdateReason if each in found]


def renew(post: Post, row: Upkeep, reason: UpdateReason, *, by: str, now: datetime) -> None:
    """What was updated for a reason holds again: what was over has no end until one is said."""
    values: dict[str, Any] = {}
    if reason is UpdateReason.EXPIRED:
        values["valid_until"] = None
    if reason is UpdateReason.CHECK_DUE:
        last = row.next_check
        values["next_check"] = next_check(row.check_every_days, last, row.time_zone, now=now)
    set_moments(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.checked_at, row.checked_by = now, by
    note_stale(post, row, (each for each in row.stale_for if each != reason))
    row.version, row.updated_at = row.version + 1, now


def plan(session: AsyncSession, post: Post, row: Upkeep) -> None:
    """Has a worker look when the next of its dates has come; the post knows when it ends."""
    post.valid_until_at = row.valid_until_at
    row.act_at = due_next(row.valid_until_at, row.next_check_at, row.stale_for)
    if row.act_at is not None:
        due_at(session, row.workspace_id, row.id, row.act_at)
