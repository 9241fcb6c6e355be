"""Renditions are asked for, followed and cancelled; workers make them (`renditions`)."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.connector.manifest import MediaLimit
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find_for_change
from domain.kernel.errors import AbilityMissing, NetworkUnknown, NotAllowedNow
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.kernel.registers import Register
from domain.media.operation_shapes import MakeRendition, OperationView
from domain.media.rules import OPEN, OperationState
from domain.media.service import ensure_own, find_media_for_change
from domain.media.tables import Media, Operation
from domain.networks import find as find_network


def visible(caller: Caller) -> SelectOfScalar[Operation]:
    return select(Operation).where(col(Operation.workspace_id) == caller.workspace_id)


OPERATIONS = Register(
    Operation, "operation", Scope.POSTS_READ, visible, OperationView.model_validate
)
get_operation, operations_by_id = OPERATIONS.one, OPERATIONS.many


async def make_rendition(
    session: AsyncSession, caller: Caller, media_id: UUID, command: MakeRendition, *, now: datetime
) -> OperationView:
    """Done at once where the file fits or was rendered before; asked for twice, it is one.

    Raises `NotFound`, `NetworkUnknown`, and `AbilityMissing` for a network without such files.
    """
    caller.need(Scope.POSTS_WRITE)
    media = await find_media_for_change(session, caller, media_id, None)
    ensure_own(media)
    limit = limit_of(command.network, media.content_type)
    before = await _open(session, caller, media_id, command.network)
    if before is not None:
        return OperationView.model_validate(before)
    made = media_id if fits(media, limit) else await _made(session, caller, media, command.network)
    row = Operation(
        workspace_id=caller.workspace_id,
        id=new_id(),
        media_id=media_id,
        network=command.network,
        state=OperationState.WAITING if made is None else OperationState.DONE,
        progress=0.0 if made is None else 1.0,
        result_id=made,
        act_at=now if made is None else None,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    if made is None:
        due_at(session, caller.workspace_id, row.id, now)
    data = {"media_id": show("med", media_id), "network": command.network}
    record(session, caller, "operation.created", ("operation", row.id), now=now, data=data)
    return OperationView.model_validate(row)


async def cancel_operation(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> OperationView:
    """Its worker stops within a second. Raises `NotAllowedNow` once it is over."""
    caller.need(Scope.POSTS_WRITE)
    statement = visible(caller).where(col(Operation.id) == id_)
    row = await find_for_change(session, statement, what="operation", expected_version=None)
    if row.state not in OPEN:
        raise NotAllowedNow(f"An operation that is {row.state} cannot be cancelled.")
    row.state, row.act_at = OperationState.CANCELLED, None
    row.version, row.updated_at = row.version + 1, now
    record(session, caller, "operation.cancelled", ("operation", id_), now=now)
    return OperationView.model_validate(row)


def limit_of(network: str, content_type: str) -> MediaLimit:
    """Raises `NetworkUnknown`, and `AbilityMissing` for a network without such files."""
    connector = find_network(network)
    if connector is None:
        raise NetworkUnknown(at="/network")
    manifest = connector.manifest
    limit = manifest.videos if content_type.startswith("video/") else manifest.images
    if limit is None:
        raise AbilityMissing(f"{manifest.name} takes no {content_type}.", at="/network")
    return limit


def fits(media: Media, limit: MediaLimit) -> bool:
    pixels = (media.width or 0) * (media.height or 0)
    return (
        media.content_type in limit.content_types
        and media.size_bytes <= limit.maximum_bytes
        and (limit.maximum_pixels is None or pixels <= limit.maximum_pixels)
    )


async def _open(
    session: AsyncSession, caller: Caller, media_id: UUID, network: str
) -> Operation | None:
    statement = visible(caller).where(
        col(Operation.media_id) == media_id,
        col(Operation.network) == network,
        col(Operation.state).in_(OPEN),
    )
    return (await session.exec(statement)).one_or_none()


async def _made(session: AsyncSession, caller: Caller, media: Media, network: str) -> UUID | None:
    statement = select(Media.id).where(
        col(Media.workspace_id) == caller.workspace_id,
        col(Media.rendition_of) == media.id,
        col(Media.rendition_for) == network,
    )
    return (await session.exec(statement)).one_or_none()
