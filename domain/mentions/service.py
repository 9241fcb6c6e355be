"""Changes of mentions by people: status, read mark, who takes care."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import plain, record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, need_all
from domain.kernel.errors import Fault, MentionGone, Misfit, NotAllowedNow, NotFound
from domain.kernel.ids import show
from domain.mentions.answers import answers_delivered, create_answer
from domain.mentions.ingest import ingest
from domain.mentions.queries import mention_view, visible
from domain.mentions.rules import MentionStatus
from domain.mentions.shapes import ChangeMention, MarkedView, MarkMentions, MentionView
from domain.mentions.tables import Mention
from domain.workspaces.queries import standing
from domain.workspaces.releasing import hold_seat

__all__ = ["answers_delivered", "change_mention", "create_answer", "ingest", "mark_mentions"]

UNABLE = "Somebody who does not see it: their role or their communities leave it out."


async def change_mention(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeMention,
    *,
    expected_version: int | None,
    now: datetime,
) -> MentionView:
    """Raises `NotFound` for an unknown member too, and `Misfit` for one who would not see it.

    Raises `MentionGone` for one to be open that was deleted, `NotAllowedNow` for the reverse.
    """
    caller.need(Scope.MENTIONS_WRITE)
    values = command.sent()
    await hold_seat(session, values.get("assigned_to"))
    statement = visible(caller).where(col(Mention.id) == id_)
    row = await find_for_change(
        session, statement, what="mention", expected_version=expected_version
    )
    await _ensure_seen(session, values.get("assigned_to"), [row])
    _ensure_there(values.get("status"), [row])
    previous = apply(row, _values(values, row, now), now=now)
    if previous:
        data = _what_changed(row, previous, values)
        record(session, caller, "mention.changed", ("mention", id_), now=now, data=data)
    return mention_view(row)


async def mark_mentions(
    session: AsyncSession, caller: Caller, command: MarkMentions, *, now: datetime
) -> MarkedView:
    """The same change for all of them or, when one is unknown, for none: `NotFound`.

    Raises `Misfit` for a member who would not see all of them, and as `change_mention`.
    """
    caller.need(Scope.MENTIONS_WRITE)
    values = command.sent()
    wanted = set(values.pop("mention_ids"))
    await hold_seat(session, values.get("assigned_to"))
    # In one order for all, so that two who mark the same mentions never lock crosswise.
    statement = visible(caller).where(col(Mention.id).in_(wanted)).order_by(col(Mention.id))
    rows = (await session.exec(statement.with_for_update())).all()
    need_all("mention", wanted, (row.id for row in rows))
    await _ensure_seen(session, values.get("assigned_to"), rows)
    _ensure_there(values.get("status"), rows)
    changed = [row for row in rows if apply(row, _values(values, row, now), now=now)]
    if changed:
        _record_marked(session, caller, changed, values, now)
    return MarkedView(changed_ids=[row.id for row in changed])


def _record_marked(
    session: AsyncSession,
    caller: Caller,
    rows: Sequence[Mention],
    values: dict[str, Any],
    now: datetime,
) -> None:
    """One event for the batch, named after its first mention; it lists them all."""
    data = {
        "mention_ids": [show("men", row.id) for row in rows],
        "changed": sorted(values),
        "current": {name: plain(name, value) for name, value in values.items()},
    }
    record(session, caller, "mentions.marked", ("mention", rows[0].id), now=now, data=data)


async def _ensure_seen(
    session: AsyncSession, member_id: UUID | None, rows: Sequence[Mention]
) -> None:
    """Nobody takes care of what they never find in their inbox."""
    if member_id is None:
        return
    found = await standing(session, member_id)
    if found is None:
        raise NotFound("member", [member_id])
    of = {row.community_id for row in rows}
    sees_all = found.communities is None or found.communities.issuperset(of)
    if Scope.MENTIONS_READ not in found.scopes or not sees_all:
        raise Misfit(faults=(Fault("/assigned_to", "member.may_not_read", UNABLE),))


def _ensure_there(status: MentionStatus | None, rows: Sequence[Mention]) -> None:
    """What is gone was deleted over there, and what is open was not: nobody says so by hand."""
    if status is MentionStatus.OPEN and any(row.deleted_at for row in rows):
        raise MentionGone
    if status is MentionStatus.GONE and not all(row.deleted_at for row in rows):
        raise NotAllowedNow("Only its network says that a mention is gone.")


def _values(sent: dict[str, Any], row: Mention, now: datetime) -> dict[str, Any]:
    values = dict(sent)
    if "is_read" in values:
        values["read_at"] = (row.read_at or now) if values.pop("is_read") else None
    return values


def _what_changed(row: Mention, previous: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, and of a changed status and assignment the values before and after."""
    shown = [name for name in ("status", "assigned_to") if name in previous]
    return {
        "changed": sorted(sent),
        "previous": {name: plain(name, previous[name]) for name in shown},
        "current": {name: plain(name, getattr(row, name)) for name in shown},
    }
