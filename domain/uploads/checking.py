"""What came is looked at, and becomes a medium once: whatever a client said of it.

plan    `claim_checks`, or the last byte      a lease: others keep away
act     `fetched`                             weighed, read, kept on the shelf; no session open
record  `settle`                              the medium, the state and the events, together
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import (
    IdTaken,
    MediaUnsupported,
    ParvisError,
    UploadIncomplete,
)
from domain.kernel.ids import new_id, show
from domain.media.rules import clean_name
from domain.media.service import add_media
from domain.media.shapes import AddMedia
from domain.media.sniffing import Sniffed, sniff
from domain.media.storage import INCOMING, PIECE_BYTES, Stowed
from domain.uploads.queries import of_house
from domain.uploads.rules import CHECKING, COMPLETE, OPEN, REFUSED, UploadWay
from domain.uploads.service import Intake
from domain.uploads.shapes import UploadView
from domain.uploads.tables import Upload

# Unpacked pictures are large: one at a time.
_sniffing = asyncio.Semaphore(1)


@dataclass(frozen=True, slots=True)
class Task:
    """An upload to look at, and who began it."""

    caller: Caller
    upload: UploadView


@dataclass(frozen=True, slots=True)
class Fetched:
    """Content beside the store, and what it is."""

    stowed: Stowed
    sniffed: Sniffed


async def claim_checks(
    session: AsyncSession, caller: Caller, *, now: datetime, lease: timedelta, batch: int
) -> list[Task]:
    """Those to look at, this worker's until the lease ends."""
    statement = (
        of_house(caller)
        .where(col(Upload.act_at) <= now)
        .order_by(col(Upload.act_at))
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        row.act_at = now + lease
    scopes = frozenset({Scope.POSTS_READ, Scope.POSTS_WRITE})
    return [
        Task(Caller(row.workspace_id, row.actor, scopes), UploadView.model_validate(row))
        for row in rows
    ]


@asynccontextmanager
async def fetched(task: Task, *, intake: Intake) -> AsyncIterator[Fetched | ParvisError]:
    """What came, or why it is not taken; it is dropped at the end unless it was taken in.

    Raises `DependencyAway`: then it is tried again.
    """
    stowed = None
    try:
        try:
            stowed = await asyncio.to_thread(_stow, task, intake)
            _weigh(stowed.size_bytes, task.upload)
            async with _sniffing:
                sniffed = await asyncio.to_thread(sniff, stowed.path)
        except (MediaUnsupported, UploadIncomplete) as error:
            yield error
            return
        except FileNotFoundError:
            yield UploadIncomplete("What had come is gone.")
            return
        workspace_id, content_type = task.caller.workspace_id, sniffed.content_type
        await asyncio.to_thread(intake.store.bring, workspace_id, stowed, content_type)
        yield Fetched(stowed, sniffed)
    finally:
        if stowed is not None:
            stowed.drop()


async def settle(
    session: AsyncSession,
    task: Task,
    found: Fetched | ParvisError,
    *,
    intake: Intake,
    now: datetime,
) -> UploadView:
    """What came of it. One that somebody else has settled stays as it is."""
    statement = of_house(task.caller).where(col(Upload.id) == task.upload.id).with_for_update()
    row = (await session.exec(statement)).one()
    if row.state != CHECKING:
        return UploadView.model_validate(row)
    row.act_at, row.version, row.updated_at = None, row.version + 1, now
    if isinstance(found, ParvisError):
        _turn_down(session, task.caller, row, found, now=now)
        return UploadView.model_validate(row)
    command = AddMedia(
        id=row.id,
        file_name=clean_name(row.file_name, found.sniffed.content_type),
        alt_text=row.alt_text,
        sha256=found.stowed.sha256,
    )
    try:
        medium = await add_media(
            session, task.caller, command, found.stowed, found.sniffed, store=intake.store, now=now
        )
    except IdTaken as error:
        # A medium was sent meanwhile under the id that the client chose for the upload.
        _turn_down(session, task.caller, row, error, now=now)
        return UploadView.model_validate(row)
    row.state, row.media_id, row.offset_bytes = COMPLETE, medium.id, row.size_bytes
    data = {"media_id": show("med", medium.id)}
    record(session, task.caller, "upload.completed", ("upload", row.id), now=now, data=data)
    return UploadView.model_validate(row)


def forget_bytes(upload: UploadView, workspace_id: UUID, *, intake: Intake) -> None:
    """Drops what is settled, after the commit that settled it; blocks."""
    if upload.way is UploadWay.RESUMABLE:
        intake.pieces.drop(workspace_id, upload.id)
    elif intake.store.door is not None:
        intake.store.door.clear(workspace_id, upload.id)


def _turn_down(
    session: AsyncSession, caller: Caller, row: Upload, error: ParvisError, *, now: datetime
) -> None:
    row.state = OPEN if isinstance(error, UploadIncomplete) else REFUSED
    row.problem_code, row.problem = error.code, error.message
    data = {"code": error.code}
    record(session, caller, "upload.refused", ("upload", row.id), now=now, data=data)


def _stow(task: Task, intake: Intake) -> Stowed:
    workspace_id, upload = task.caller.workspace_id, task.upload
    if upload.way is UploadWay.RESUMABLE:
        return _linked(intake.store.root, intake.pieces.path_of(workspace_id, upload.id))
    door = intake.store.door
    weight = None if door is None else door.weight_of(workspace_id, upload.id)
    if door is None or weight is None:
        raise UploadIncomplete("Nothing has come yet.")
    _weigh(weight, upload)
    # Kept as it was read here: its sender could still put another in its place there.
    return intake.store.stow(door.read(workspace_id, upload.id))


def _weigh(size_bytes: int, upload: UploadView) -> None:
    if size_bytes != upload.size_bytes:
        raise UploadIncomplete(f"{size_bytes:,} bytes came, not {upload.size_bytes:,}.")


def _linked(root: Path, path: Path) -> Stowed:
    """A second name for the pieces: the first stays until the medium is committed."""
    link = root / f"{INCOMING}{new_id().hex}"
    os.link(path, link)
    digest = hashlib.sha256()
    with link.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
        return Stowed(link, digest.hexdigest(), file.tell())
