"""What of a post lies in rows of its own, read once for all that a change does with it."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.posts.adapting import adaptations_of
from domain.posts.finding import variants_of
from domain.posts.tables import Adaptation, Variant


class Parts(NamedTuple):
    """Both as they were made, first to last; whoever changes the rows keeps the lists in step."""

    adaptations: list[Adaptation]
    variants: list[Variant]


async def parts_of(session: AsyncSession, caller: Caller, post_id: UUID) -> Parts:
    adaptations = (await adaptations_of(session, caller, [post_id]))[post_id]
    return Parts(adaptations, await variants_of(session, caller, post_id))
