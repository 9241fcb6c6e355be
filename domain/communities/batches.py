"""Communities by id, in one statement."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.communities.shapes import CommunityView
from domain.communities.tables import Community
from domain.kernel.batches import ById
from domain.kernel.caller import Caller, Scope

COMMUNITIES = ById(Community, CommunityView)


async def communities_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, CommunityView]:
    caller.need(Scope.COMMUNITIES_READ)
    return await COMMUNITIES.read(session, caller, ids)
