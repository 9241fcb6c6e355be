"""What a person says became of an answer in doubt: its mention follows, as it does by itself."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.mentions.answers import answers_delivered
from domain.posts import settling
from domain.posts.delivery_shapes import DeliveryView, Settlement
from domain.posts.rules import DeliveryState


async def settle_delivery(
    session: AsyncSession, caller: Caller, id_: UUID, command: Settlement, *, now: datetime
) -> DeliveryView:
    """Any delivery's. Raises as that of posts does."""
    view = await settling.settle_delivery(session, caller, id_, command, now=now)
    if view.state is DeliveryState.DONE:
        await answers_delivered(session, caller, [id_], now=now)
    return view
