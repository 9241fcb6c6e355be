"""What stands with a member who may no longer see it is released, and told of as a change of it.

Its rows are of higher floors, so a function of the database finds them: see the migration.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import plain, record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.ids import show
from domain.workspaces.queries import standing
from domain.workspaces.shapes import Standing
from domain.workspaces.tables import Member

RELEASE = "SELECT * FROM parvis_release($1, $2, $3, $4, $5, $6)"
NAMES = {
    "upkeep": ("post.upkeep_changed", "post", "checker_id"),
    "review": ("review.released", "review", "member_ids"),
    "idea": ("idea.changed", "idea", "expert_ids"),
}
"""Of what names a member elsewhere than in the inbox: its event, its subject, and the column."""
MOST_TOLD = 100
"""Mentions of one event, as many as are marked at once."""


async def hold_seat(session: AsyncSession, member_id: UUID | None) -> None:
    """Until the transaction ends a member's seat stays: nothing is given to who loses it just now.

    Whoever gives takes this lock first, as whoever changes the seat has it before all else.
    """
    if member_id is not None:
        statement = select(Member.id).where(col(Member.id) == member_id)
        await session.exec(statement.with_for_update(read=True))


async def release_unseen(
    session: AsyncSession, caller: Caller, members: Iterable[UUID], *, now: datetime
) -> None:
    """Of members whose seats were changed, locked before."""
    await session.flush()
    for id_ in members:
        left = await standing(session, id_)
        if left is not None:
            await _release(session, caller, id_, left, stays=True, now=now)


async def release_all(
    session: AsyncSession, caller: Caller, member_id: UUID, *, now: datetime
) -> None:
    """Of a member who is about to go."""
    nothing = Standing(frozenset(), frozenset())
    await _release(session, caller, member_id, nothing, stays=False, now=now)


async def _release(
    session: AsyncSession,
    caller: Caller,
    member_id: UUID,
    left: Standing,
    *,
    stays: bool,
    now: datetime,
) -> None:
    sees = None if left.communities is None else sorted(left.communities)
    raw = await driver_of(session)
    rows = await raw.fetch(
        RELEASE, caller.workspace_id, member_id, now, stays, sorted(left.scopes), sees
    )
    _tell_mentions(session, caller, [row["id"] for row in rows if row["what"] == "mention"], now)
    for row in rows:
        if row["what"] in NAMES:
            kind, subject, column = NAMES[row["what"]]
            data = _change(column, member_id, row["others"])
            record(session, caller, kind, (subject, row["id"]), now=now, data=data)
        if row["what"] == "calendar_feed":
            [calendar_id] = row["others"]
            data = {"calendar_id": show("cal", calendar_id), **row["told"]}
            about = ("calendar_feed", row["id"])
            record(session, caller, "calendar_feed.revoked", about, now=now, data=data)


def _tell_mentions(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], now: datetime
) -> None:
    for start in range(0, len(ids), MOST_TOLD):
        some = ids[start : start + MOST_TOLD]
        data = {
            "mention_ids": [show("men", id_) for id_ in some],
            "changed": ["assigned_to"],
            "current": {"assigned_to": None},
        }
        record(session, caller, "mentions.marked", ("mention", some[0]), now=now, data=data)


def _change(column: str, member_id: UUID, others: Sequence[UUID]) -> dict[str, Any]:
    is_one = column == "checker_id"
    before, after = (member_id, None) if is_one else ([*others, member_id], list(others))
    return {
        "changed": [column],
        "previous": {column: plain(column, before)},
        "current": {column: plain(column, after)},
    }
