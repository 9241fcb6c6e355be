"""Changes of communities."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.communities.queries import visible
from domain.communities.shapes import ChangeCommunity, CommunityView, CreateCommunity
from domain.communities.tables import Community
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, digest, find_for_change, flush, insert, made_before
from domain.kernel.errors import InUse
from domain.kernel.ids import new_id

SLUG_TAKEN = "A community with this slug exists already."


async def create_community(
    session: AsyncSession, caller: Caller, command: CreateCommunity, *, now: datetime
) -> CommunityView:
    """Raises `CommunitiesHeld`."""
    caller.need(Scope.COMMUNITIES_WRITE)
    caller.need_all_communities()
    made_from = digest(command)
    before = await made_before(session, caller, Community, command.id, made_from)
    if before is not None:
        return CommunityView.model_validate(before)
    row = Community(
        workspace_id=caller.workspace_id,
        id=command.id or new_id(),
        created_at=now,
        updated_at=now,
        made_from=made_from,
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
    previous = apply(row, _values(command, row, now), now=now)
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
    await session.delete(row)
    try:
        await session.flush()
    except IntegrityError:
        raise InUse("Accounts or calendars belong to it; archive it instead.") from None
    record(session, caller, "community.removed", ("community", id_), now=now)


async def _community(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Community:
    statement = visible(caller).where(col(Community.id) == id_)
    return await find_for_change(
        session, statement, what="community", expected_version=expected_version
    )


def _values(command: ChangeCommunity, row: Community, now: datetime) -> dict[str, Any]:
    values = command.sent()
    if "is_archived" in values:
        values["archived_at"] = (row.archived_at or now) if values.pop("is_archived") else None
    return values
