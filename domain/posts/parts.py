"""What of a post lies in rows of its own, read once for all that a change does with it."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.prepared import ID, WORKSPACE, of_one
from domain.posts.finding import variants_of
from domain.posts.tables import Adaptation, Variant

ADAPTATIONS = (
    select(Adaptation)
    .where(col(Adaptation.workspace_id) == WORKSPACE, col(Adaptation.post_id) == ID)
    .order_by(col(Adaptation.id))
)


class Parts(NamedTuple):
    """Both as they were made, first to last; whoever changes the rows keeps the lists in step."""

    adaptations: list[Adaptation]
    variants: list[Variant]


async def parts_of(session: AsyncSession, caller: Caller, post_id: UUID) -> Parts:
    adaptations = await session.exec(ADAPTATIONS, params=of_one(caller, post_id))
    return Parts(list(adaptations.all()), await variants_of(session, caller, post_id))
