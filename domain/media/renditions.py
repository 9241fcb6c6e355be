"""The workers' half of renditions: claim one, say how far it is, keep what came of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.ids import show
from domain.media.operations import limit_of, visible
from domain.media.probes import BUSY
from domain.media.queries import visible as visible_media
from domain.media.rules import OPEN, OperationState, clean_name
from domain.media.service import add_media, inherited
from domain.media.shapes import AddMedia
from domain.media.sniffing import Sniffed
from domain.media.storage import MediaStore, Stowed
from domain.media.tables import Media, Operation


@dataclass(frozen=True, slots=True)
class Wish:
    """A rendition to be made, in one worker's turn at it."""

    id: UUID
    turn: int
    sha256: str
    content_type: str
    maximum_bytes: int
    maximum_pixels: int | None
    content_types: tuple[str, ...]


async def claim_wish(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, most: int
) -> Wish | None:
    """One that is due, this worker's until the lease ends; where it can take none, later."""
    statement = (
        visible(caller)
        .where(col(Operation.act_at) <= now)
        .order_by(col(Operation.act_at))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        return None
    row.act_at = now + (lease if most else BUSY)
    if not most:
        return None
    row.state, row.turn = OperationState.WORKING, row.turn + 1
    row.version, row.updated_at = row.version + 1, now
    found = visible_media(caller).where(col(Media.id) == row.media_id)
    media = (await session.exec(found)).one()
    limit = limit_of(row.network, media.content_type)
    return Wish(
        id=row.id,
        turn=row.turn,
        sha256=media.sha256,
        content_type=media.content_type,
        maximum_bytes=limit.maximum_bytes,
        maximum_pixels=limit.maximum_pixels,
        content_types=limit.content_types,
    )


async def tell_progress(
    session: AsyncSession,
    caller: Caller,
    wish: Wish,
    progress: float,
    *,
    now: datetime,
    lease: timedelta,
) -> bool:
    """Whether it is still wished for, and this worker's: its lease goes on."""
    statement = (
        update(Operation)
        .where(
            col(Operation.workspace_id) == caller.workspace_id,
            col(Operation.id) == wish.id,
            col(Operation.state) == OperationState.WORKING,
            col(Operation.turn) == wish.turn,
        )
        .values(progress=progress, act_at=now + lease, updated_at=now)
    )
    done = await (await session.connection()).execute(statement)
    return bool(done.rowcount)


async def keep_rendition(
    session: AsyncSession,
    caller: Caller,
    wish: Wish,
    stowed: Stowed,
    sniffed: Sniffed,
    *,
    store: MediaStore,
    now: datetime,
) -> None:
    """Makes it a file of its own, with all that is said of its source. Late, it does nothing."""
    row = await _mine(session, caller, wish)
    if row is None:
        return
    found = visible_media(caller).where(col(Media.id) == row.media_id).with_for_update()
    source = (await session.exec(found)).one()
    name = clean_name(source.file_name, sniffed.content_type)
    command = AddMedia(id=row.id, file_name=name, alt_text=None, sha256=stowed.sha256)
    await add_media(session, caller, command, stowed, sniffed, store=store, now=now)
    made = (await session.exec(visible_media(caller).where(col(Media.id) == row.id))).one()
    made.rendition_of, made.rendition_for = source.id, row.network
    for column, value in inherited(source).items():
        setattr(made, column, value)
    await session.flush()
    row.state, row.progress, row.result_id = OperationState.DONE, 1.0, made.id
    _end(session, caller, row, now=now)


async def keep_failure(
    session: AsyncSession, caller: Caller, wish: Wish, code: str, message: str, *, now: datetime
) -> None:
    row = await _mine(session, caller, wish)
    if row is not None:
        row.state, row.error = OperationState.FAILED, {"code": code, "message": message}
        _end(session, caller, row, now=now)


async def _mine(session: AsyncSession, caller: Caller, wish: Wish) -> Operation | None:
    statement = visible(caller).where(
        col(Operation.id) == wish.id,
        col(Operation.turn) == wish.turn,
        col(Operation.state).in_(OPEN),
    )
    return (await session.exec(statement.with_for_update())).one_or_none()


def _end(session: AsyncSession, caller: Caller, row: Operation, *, now: datetime) -> None:
    row.act_at, row.version, row.updated_at = None, row.version + 1, now
    data = {"media_id": show("med", row.media_id), "network": row.network}
    if row.result_id is not None:
        data["result_id"] = show("med", row.result_id)
    record(session, caller, f"operation.{row.state}", ("operation", row.id), now=now, data=data)
