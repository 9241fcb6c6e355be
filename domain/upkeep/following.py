"""The workers' half of updates: what is proposed may end by itself, what is approved goes on.

Each function is one transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import NotFound
from domain.upkeep.carrying import look
from domain.upkeep.closing import end_if_over, end_or_wait
from domain.upkeep.keeping import locked
from domain.upkeep.rules import UpdateState
from domain.upkeep.tables import Update


async def updates_due(
    session: AsyncSession, caller: Caller, *, now: datetime, most: int
) -> Sequence[UUID]:
    statement = select(Update.id).where(
        col(Update.workspace_id) == caller.workspace_id, col(Update.act_at) <= now
    )
    return (await session.exec(statement.order_by(col(Update.act_at)).limit(most))).all()


async def follow_update(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> None:
    """Looks at an update that is due; nothing where another worker was first, or it is gone."""
    try:
        post, row = await locked(session, caller, id_, None)
    except NotFound:
        return
    if row.act_at is None or row.act_at > now:
        return
    if row.state == UpdateState.PROPOSED:
        await end_or_wait(session, caller, post, row, now=now)
    else:
        await look(session, caller, post, row, now=now)
        if row.state == UpdateState.APPROVED:
            await end_if_over(session, caller, post, row, now=now)
