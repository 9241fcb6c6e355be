"""What drift leads to: an update that would put it right, as long as a copy differs unaccepted."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotAllowedNow
from domain.kernel.ids import show
from domain.posts.delivery_queries import DRIFTED, delivery_view, visible_deliveries
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.finding import lock_with_post
from domain.posts.reading_back import codes_of
from domain.posts.tables import Delivery, Post
from domain.upkeep.closing import look_soon
from domain.upkeep.deciding import dismiss
from domain.upkeep.proposing import propose, waiting_update
from domain.upkeep.rules import UpdateReason


async def accept_drift(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> DeliveryView:
    """It may stay as it is shown; another difference is told again. Accepted twice is no error.

    Raises `NotAllowedNow` where nothing differs.
    """
    caller.need(Scope.POSTS_PUBLISH)
    post, row = await lock_with_post(session, caller, id_)
    if row.drift is None:
        raise NotAllowedNow("Nothing differs from what was sent.")
    if row.drift_accepted_at is None:
        row.drift_accepted_at, row.drift_accepted_by = now, caller.actor
        row.version, row.updated_at = row.version + 1, now
        data = {"account": show("acct", row.account_id), "codes": codes_of(row.drift)}
        about = ("delivery", id_)
        record(session, caller, "delivery.content_drift_accepted", about, now=now, data=data)
        if post is not None:
            await follow_drift(session, caller, post, now=now)
            await look_soon(session, caller, post.id, now=now)
    return delivery_view(row)


async def follow_drift(session: AsyncSession, caller: Caller, post: Post, *, now: datetime) -> None:
    """Proposes an update of a locked post, or takes the proposal back once nothing differs."""
    await session.flush()
    differing = visible_deliveries(caller).where(col(Delivery.post_id) == post.id, DRIFTED)
    if (await session.exec(differing.limit(1))).first() is not None:
        await propose(session, caller, post, UpdateReason.DRIFTED, now=now)
        return
    row = await waiting_update(session, caller, post.id, UpdateReason.DRIFTED)
    if row is not None:
        dismiss(session, caller, row, "Nothing differs any more, or it was accepted.", now)
