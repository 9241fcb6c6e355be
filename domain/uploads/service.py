"""Uploads begin, go on, and are given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import digest, find_for_change, made_before
from domain.kernel.errors import (
    DirectUnavailable,
    MediaTooLarge,
    NotAllowedNow,
    OffsetWrong,
    UploadOver,
)
from domain.kernel.ids import new_id
from domain.kernel.nudges import due_at
from domain.kernel.settings import Settings
from domain.media.storage import MediaStore
from domain.uploads.pieces import Pieces
from domain.uploads.queries import visible
from domain.uploads.rules import CHECKING, GONE, OPEN, TERMINATED, UploadState, UploadWay, may_move
from domain.uploads.shapes import (
    HeaderView,
    OpenUpload,
    PreparedUploadView,
    PrepareUpload,
    UploadView,
)
from domain.uploads.tables import Upload

URL_LASTS = timedelta(hours=1)
BYTES = HeaderView(name="Content-Type", value="application/octet-stream")


@dataclass(frozen=True, slots=True)
class Intake:
    """What this installation takes in, and where it goes."""

    store: MediaStore
    max_bytes: int
    lasts: timedelta
    """How long an upload waits for its next bytes."""
    lease: timedelta
    """How long whoever checks one has it alone."""

    @classmethod
    def of(cls, settings: Settings, store: MediaStore) -> Self:
        lasts = timedelta(hours=settings.upload_h)
        return cls(store, settings.media_max_bytes, lasts, settings.lease)

    @property
    def pieces(self) -> Pieces:
        return Pieces(self.store.root)


async def open_upload(
    session: AsyncSession, caller: Caller, command: OpenUpload, *, intake: Intake, now: datetime
) -> UploadView:
    """Raises `MediaTooLarge`."""
    caller.need(Scope.POSTS_WRITE)
    row = _new(caller, command, UploadWay.RESUMABLE, intake=intake, now=now)
    return await _add(session, caller, row, now=now)


async def prepare_upload(
    session: AsyncSession, caller: Caller, command: PrepareUpload, *, intake: Intake, now: datetime
) -> PreparedUploadView:
    """A way into the object store. Raises `DirectUnavailable` and `MediaTooLarge`."""
    caller.need(Scope.POSTS_WRITE)
    door = intake.store.door
    if door is None:
        raise DirectUnavailable
    row = await made_before(session, caller, Upload, command)
    if row is not None and row.state != OPEN:
        raise NotAllowedNow(f"It is {row.state} already.")
    if row is None:
        row = _new(caller, command, UploadWay.DIRECT, intake=intake, now=now)
        row.id, row.made_from = command.id or row.id, digest(command)
        await _add(session, caller, row, now=now)
    url = door.way_in(caller.workspace_id, row.id, lasts=URL_LASTS)
    way = {"method": "PUT", "url": url, "header_fields": [BYTES], "url_expires_at": now + URL_LASTS}
    return PreparedUploadView.model_validate(UploadView.model_validate(row).model_dump() | way)


async def complete_upload(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> UploadView:
    """A worker looks at what came. Raises `NotAllowedNow`, and `UploadOver`."""
    row = await _find(session, caller, id_, now=now)
    if row.way != UploadWay.DIRECT:
        raise NotAllowedNow("A resumable upload is complete with its last byte.")
    if row.state == CHECKING:
        return UploadView.model_validate(row)
    _move(row, CHECKING, now=now)
    row.problem_code = row.problem = None
    row.act_at = now
    due_at(session, caller.workspace_id, id_, now)
    record(session, caller, "upload.arrived", ("upload", id_), now=now)
    return UploadView.model_validate(row)


async def terminate_upload(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> UploadView:
    """Gives it up; what it became stays. Raises `NotAllowedNow`, and `UploadOver`."""
    row = await _find(session, caller, id_, now=now)
    _move(row, TERMINATED, now=now)
    record(session, caller, "upload.terminated", ("upload", id_), now=now)
    return UploadView.model_validate(row)


async def find_open(
    session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime
) -> UploadView:
    """One that takes bytes. Raises `NotAllowedNow`, and `UploadOver`."""
    row = await _find(session, caller, id_, now=now)
    _check_open(row)
    return UploadView.model_validate(row)


async def advance(
    session: AsyncSession,
    caller: Caller,
    before: UploadView,
    to: int,
    *,
    intake: Intake,
    now: datetime,
) -> UploadView:
    """Tells how much is on the disk for good; the last byte has it checked.

    Raises `UploadOver` and `OffsetWrong` when it is no more as it was.
    """
    row = await _find(session, caller, before.id, now=now)
    _check_open(row)
    if row.offset_bytes != before.offset_bytes:
        raise OffsetWrong(row.offset_bytes)
    row.offset_bytes, row.expires_at = to, now + intake.lasts
    row.version, row.updated_at = row.version + 1, now
    if to == row.size_bytes:
        row.state, row.act_at = CHECKING, now + intake.lease
        due_at(session, caller.workspace_id, row.id, row.act_at)
        record(session, caller, "upload.arrived", ("upload", row.id), now=now)
    return UploadView.model_validate(row)


def _new(
    caller: Caller, command: OpenUpload, way: UploadWay, *, intake: Intake, now: datetime
) -> Upload:
    if command.size_bytes > intake.max_bytes:
        raise MediaTooLarge(f"A file may weigh {intake.max_bytes:,} bytes.")
    return Upload(
        workspace_id=caller.workspace_id,
        id=new_id(),
        created_at=now,
        updated_at=now,
        actor=caller.actor,
        way=way,
        state=OPEN,
        file_name=command.file_name,
        alt_text=command.alt_text,
        size_bytes=command.size_bytes,
        expires_at=now + intake.lasts,
    )


async def _add(session: AsyncSession, caller: Caller, row: Upload, *, now: datetime) -> UploadView:
    session.add(row)
    await session.flush()
    data = {"way": row.way, "size_bytes": row.size_bytes}
    record(session, caller, "upload.created", ("upload", row.id), now=now, data=data)
    return UploadView.model_validate(row)


async def _find(session: AsyncSession, caller: Caller, id_: UUID, *, now: datetime) -> Upload:
    caller.need(Scope.POSTS_WRITE)
    statement = visible(caller).where(col(Upload.id) == id_)
    row = await find_for_change(session, statement, what="upload", expected_version=None)
    if row.state in GONE:
        raise UploadOver(f"It is {row.state}.")
    if row.state == OPEN and row.expires_at <= now:
        raise UploadOver("It waited too long for its next bytes.")
    return row


def _check_open(row: Upload) -> None:
    if row.way != UploadWay.RESUMABLE:
        raise NotAllowedNow("Its bytes go to the object store.")
    if row.state != OPEN:
        raise NotAllowedNow(f"It is {row.state}.")


def _move(row: Upload, state: UploadState, *, now: datetime) -> None:
    if not may_move(UploadState(row.state), state):
        raise NotAllowedNow(f"An upload that is {row.state} cannot become {state}.")
    row.state, row.version, row.updated_at = state, row.version + 1, now
