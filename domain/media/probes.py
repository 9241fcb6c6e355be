"""Media whose content is to be found out: claimed by workers, kept once it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.media.queries import visible
from domain.media.rules import MediaState
from domain.media.shapes import MediaFactsView
from domain.media.tables import Media

BUSY = timedelta(seconds=1)
"""How long a file waits when the worker that finds it has its hands full."""


@dataclass(frozen=True, slots=True)
class Unprobed:
    id: UUID
    sha256: str
    content_type: str


async def claim_unprobed(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, most: int
) -> Sequence[Unprobed]:
    """Those to be looked at, this worker's until the lease ends; where it can take none, later."""
    statement = (
        visible(caller)
        .where(col(Media.probe_at) <= now)
        .order_by(col(Media.probe_at))
        .limit(max(most, 1))
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        row.probe_at = now + (lease if most else BUSY)
    return [Unprobed(row.id, row.sha256, row.content_type) for row in rows] if most else []


async def keep_facts(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    facts: MediaFactsView | None,
    *,
    now: datetime,
) -> None:
    """`facts` are None for what cannot be read.

    The version stays: nobody's change is overwritten, and nobody who has just sent the file and
    goes on to describe it must read it again first.
    """
    state = MediaState.UNREADABLE if facts is None else MediaState.PROBED
    statement = (
        update(Media)
        .where(
            col(Media.workspace_id) == caller.workspace_id,
            col(Media.id) == id_,
            col(Media.probe_at).is_not(None),
        )
        .values(
            state=state,
            facts=None if facts is None else facts.model_dump(mode="json"),
            probe_at=None,
        )
    )
    connection = await session.connection()
    if (await connection.execute(statement)).rowcount:
        record(session, caller, f"media.{state}", ("media", id_), now=now)
