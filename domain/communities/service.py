"""Changes of communities."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.communities.queries import visible
from domain.communities.shapes import ChangeCommunity, CommunityView, CreateCommunity
from domain.communities.tables import Community
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import (
    apply,
    archiving,
    find_for_change,
    flush,
    insert,
    made_before,
    made_now,
    remove,
)

SLUG_TAKEN = "A community with this slug exists already."


async def create_community(
    session: AsyncSession, caller: Caller, command: CreateCommunity, *, now: datetime
) -> CommunityView:
    """Raises `CommunitiesHeld`."""
    caller.need(Scope.COMMUNITIES_WRITE)
    caller.need_all_communities()
    before = await made_before(session, caller, Community, command)
    if before is not None:
        return CommunityView.model_validate(before)
    row = Community(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id"}),
    )
    await insert(session, row, taken=SLUG_TAKEN, at="/slug")
    record(session, caller, "community.created", ("community", row.id), now=now)
    return CommunityView.model_validate(row)


async def change_community(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeCommunity,
    *,
    expected_version: int | None,
    now: datetime,
) -> CommunityView:
    caller.need(Scope.COMMUNITIES_WRITE)
    row = await _community(session, caller, id_, expected_version)
    previous = apply(row, archiving(command.sent(), row.archived_at, now), now=now)
    if previous:
        await flush(session, taken=SLUG_TAKEN, at="/slug")
        about = ("community", id_)
        record_change(session, caller, "community.changed", about, row, previous, now=now)
    return CommunityView.model_validate(row)


async def remove_community(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Raises `InUse` while accounts or calendars belong to it: archive it instead."""
    caller.need(Scope.COMMUNITIES_WRITE)
    row = await _community(session, caller, id_, expected_version)
    await remove(session, row, in_use="Accounts or calendars belong to it; archive it instead.")
    record(session, caller, "community.removed", ("community", id_), now=now)


async def _community(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Community:
    statement = visible(caller).where(col(Community.id) == id_)
    return await find_for_change(
        session, statement, what="community", expected_version=expected_version
    )
