"""What is sent again beside what is under way of the same copy: it would undo half of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import DeliveryUnderWay
from domain.posts.rules import DeliveryKind
from domain.posts.tables import Delivery

CROSSED = "It is being taken back, or goes out again: wait for that outcome."


async def ensure_uncrossed(session: AsyncSession, caller: Caller, rows: Sequence[Delivery]) -> None:
    """As `crossed`. Raises `DeliveryUnderWay`."""
    if await crossed(session, caller, rows):
        raise DeliveryUnderWay(CROSSED)


async def crossed(session: AsyncSession, caller: Caller, rows: Sequence[Delivery]) -> set[UUID]:
    """Copies that are being taken back, and withdrawals of copies that go out again.

    Their posts are locked.
    """
    statement = select(Delivery.id, Delivery.kind, Delivery.undoes_id).where(
        col(Delivery.workspace_id) == caller.workspace_id,
        col(Delivery.post_id).in_({row.post_id for row in rows}),
        col(Delivery.act_at).is_not(None),
    )
    under_way = (await session.exec(statement)).all()
    going = {id_ for id_, _, _ in under_way}
    taken_back = {undoes for _, kind, undoes in under_way if kind == DeliveryKind.WITHDRAW}
    return {
        row.id
        for row in rows
        if row.id in taken_back or (row.kind == DeliveryKind.WITHDRAW and row.undoes_id in going)
    }
