"""Ends updates by themselves once nothing is left to be done, and says why.

Copies are withdrawn, and accounts removed, on floors below: a worker looks at what is proposed,
at once after a withdrawal and every 15 minutes anyway.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.nudges import due_at
from domain.posts.tables import Post
from domain.upkeep.deciding import dismiss, freshen
from domain.upkeep.proposing import public_copies, waiting_update
from domain.upkeep.queries import copies_of, shown_state, states_of, visible
from domain.upkeep.rules import PROPOSED_LOOK, UNDER_WAY, UpdateReason, UpdateState
from domain.upkeep.tables import Update

NOTHING_PUBLIC = "Nothing of the post is public any more."
UNWATCHED = "The source is watched no longer."


async def look_soon(session: AsyncSession, caller: Caller, post_id: UUID, *, now: datetime) -> None:
    """Has a worker look at the open updates of a post: something of it was taken back."""
    statement = visible(caller).where(
        col(Update.post_id) == post_id,
        col(Update.state).in_((UpdateState.PROPOSED, UpdateState.APPROVED)),
    )
    for row in (await session.exec(statement.order_by(col(Update.id)).with_for_update())).all():
        row.act_at = now
        due_at(session, caller.workspace_id, row.id, now)


async def end_or_wait(
    session: AsyncSession, caller: Caller, post: Post, row: Update, *, now: datetime
) -> None:
    """Ends what is proposed for a locked post of which nothing is public; else looks again."""
    if await public_copies(session, caller, post.id):
        row.act_at = now + PROPOSED_LOOK
        return
    await _end(session, caller, post, row, NOTHING_PUBLIC, now)


async def end_if_over(
    session: AsyncSession, caller: Caller, post: Post, row: Update, *, now: datetime
) -> None:
    """Ends what was approved for a locked post, once nothing is under way, nor public any more."""
    copies = (await copies_of(session, caller, [row.id]))[row.id]
    states = await states_of(session, caller, copies)
    is_under_way = any(shown_state(row, copy, states) in UNDER_WAY for copy in copies)
    if not is_under_way and not await public_copies(session, caller, post.id):
        await _end(session, caller, post, row, NOTHING_PUBLIC, now)


async def end_unwatched(
    session: AsyncSession, caller: Caller, post: Post, source_id: UUID, *, now: datetime
) -> None:
    """Ends what a source proposed for a locked post that rests on it no longer."""
    changed = UpdateReason.SOURCE_CHANGED
    row = await waiting_update(session, caller, post.id, changed, source_id)
    if row is not None:
        await _end(session, caller, post, row, UNWATCHED, now)


async def _end(
    session: AsyncSession, caller: Caller, post: Post, row: Update, words: str, now: datetime
) -> None:
    dismiss(session, caller, row, words, now)
    await freshen(session, caller, post, row, now=now)
