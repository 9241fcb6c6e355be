"""Bytes of an upload as they come: written, synced, then told, never the other way round.

A stretch of 8 MiB at a time is on the disk for good before the row says so: whoever asks after a
crash hears no more than what is there. With a checksum the stretch is the whole request: nothing
of it counts until it was compared.
"""

import asyncio
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.state import State, state_of
from api.uploads.protocol import Checksum
from domain.kernel.caller import Caller
from domain.kernel.errors import BodyTooLarge, ChecksumWrong, OffsetWrong
from domain.uploads import checking, service
from domain.uploads.checking import Task
from domain.uploads.pieces import Piece
from domain.uploads.rules import UploadState
from domain.uploads.shapes import UploadView

WRITE_BYTES = 1 << 20
STRETCH_BYTES = 8 << 20


async def receive(
    request: Request, caller: Caller, id_: UUID, offset: int, checksum: Checksum | None
) -> UploadView:
    """What a request brings, up to the end of the file; a cut wire leaves what has come.

    Raises `UploadBusy`, `OffsetWrong`, `ChecksumWrong`, `BodyTooLarge`, and what `find_open` and
    the last byte's check do.
    """
    state = state_of(request)
    async with state.database.acting(caller) as session:
        # Before anything is made on the disk for it.
        await service.find_open(session, caller, id_, now=_now(caller))
    with state.intake.pieces.held(caller.workspace_id, id_) as piece:
        async with state.database.acting(caller) as session:
            upload = await service.find_open(session, caller, id_, now=_now(caller))
        at = min(upload.offset_bytes, piece.size())
        if offset != at:
            raise OffsetWrong(at)
        _announced(request, upload.size_bytes - at)
        await asyncio.to_thread(piece.cut, at)
        coming = Coming(state, caller, piece, upload, at)
        if checksum is None:
            await coming.take(request)
        else:
            await coming.take_whole(request, checksum)
    if coming.upload.state is UploadState.CHECKING:
        return await look(state, Task(caller, coming.upload))
    return coming.upload


async def look(state: State, task: Task) -> UploadView:
    """The medium that it became. Raises `MediaUnsupported`, `DependencyAway`."""
    intake = state.intake
    async with (
        checking.fetched(task, intake=intake) as found,
        state.database.acting(task.caller) as session,
    ):
        settled = await checking.settle(session, task, found, intake=intake, now=_now(task.caller))
    await asyncio.to_thread(checking.forget_bytes, settled, task.caller.workspace_id, intake=intake)
    if isinstance(found, Exception) and settled.state is not UploadState.COMPLETE:
        raise found
    return settled


@dataclass(slots=True)
class Coming:
    """A request's bytes on their way to one file; `at` is where the next one goes."""

    state: State
    caller: Caller
    piece: Piece
    upload: UploadView
    at: int

    async def take(self, request: Request) -> None:
        """Stretch by stretch."""
        held = bytearray()
        try:
            async for part in request.stream():
                held += part
                self._check_room(len(held))
                if len(held) >= WRITE_BYTES:
                    await self._write(held)
                if self.at - self.upload.offset_bytes >= STRETCH_BYTES:
                    await self._tell()
        except ClientDisconnect:
            # Nobody hears the answer; what has come counts all the same.
            pass
        await self._write(held)
        await self._tell()

    async def take_whole(self, request: Request, checksum: Checksum) -> None:
        """All of it, or nothing."""
        begun, sum_, held = self.at, checksum.begin(), bytearray()
        try:
            async for part in request.stream():
                held += part
                sum_.update(part)
                self._check_room(len(held))
                if len(held) >= WRITE_BYTES:
                    await self._write(held)
        except ClientDisconnect:
            await asyncio.to_thread(self.piece.cut, begun)
            return
        if not hmac.compare_digest(sum_.digest(), checksum.digest):
            await asyncio.to_thread(self.piece.cut, begun)
            raise ChecksumWrong
        await self._write(held)
        await self._tell()

    async def _write(self, held: bytearray) -> None:
        try:
            await asyncio.to_thread(self.piece.write, bytes(held))
        except OSError:
            # What does not count takes no room from others on a disk that is full.
            await asyncio.to_thread(self.piece.cut, self.upload.offset_bytes)
            raise
        self.at += len(held)
        held.clear()

    async def _tell(self) -> None:
        if self.at == self.upload.offset_bytes < self.upload.size_bytes:
            return
        await asyncio.to_thread(self.piece.keep)
        async with self.state.database.acting(self.caller) as session:
            self.upload = await service.advance(
                session,
                self.caller,
                self.upload,
                self.at,
                intake=self.state.intake,
                now=_now(self.caller),
            )

    def _check_room(self, held: int) -> None:
        if self.at + held > self.upload.size_bytes:
            raise _too_much(self.upload.size_bytes - self.at)


def _now(caller: Caller) -> datetime:
    """What time it is in the house, this long into the request."""
    return caller.moment(datetime.now(UTC))


def _announced(request: Request, room: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > room:
        raise _too_much(room)


def _too_much(room: int) -> BodyTooLarge:
    return BodyTooLarge(f"The file ends after {room:,} more bytes.")
