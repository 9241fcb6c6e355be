"""The bytes of resumable uploads, on the disk that every api process sees."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from domain.kernel.errors import UploadBusy
from domain.media.disk import make_private

FOLDER = ".uploads"


@dataclass(frozen=True, slots=True)
class Piece:
    """One upload's file, this process's alone while it is held. Everything blocks."""

    handle: int

    def size(self) -> int:
        return os.fstat(self.handle).st_size

    def cut(self, size: int) -> None:
        """Drops what lies beyond: a piece that was never told, or was not what it should be."""
        os.ftruncate(self.handle, size)
        os.lseek(self.handle, size, os.SEEK_SET)

    def write(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[os.write(self.handle, left) :]

    def keep(self) -> None:
        """From here on it survives a power cut."""
        os.fsync(self.handle)


@dataclass(frozen=True, slots=True)
class Pieces:
    root: Path
    """The folder of media: what is complete moves into the store by a link."""

    def path_of(self, workspace_id: UUID, id_: UUID) -> Path:
        return self.root / FOLDER / workspace_id.hex / id_.hex

    def size(self, workspace_id: UUID, id_: UUID) -> int:
        """0 when nothing is there."""
        with suppress(FileNotFoundError):
            return self.path_of(workspace_id, id_).stat().st_size
        return 0

    @contextmanager
    def held(self, workspace_id: UUID, id_: UUID) -> Iterator[Piece]:
        """Raises `UploadBusy` while another request, of whatever process, holds it.

        The lock is the kernel's: a process that is killed gives it back.
        """
        path = self.path_of(workspace_id, id_)
        make_private(self.root)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
            _keep_name(path)
            yield Piece(handle)
        finally:
            os.close(handle)

    def drop(self, workspace_id: UUID, id_: UUID) -> None:
        self.path_of(workspace_id, id_).unlink(missing_ok=True)

    def tidy(self, *, before: datetime) -> int:
        """Drops files nobody has written to since; gives how many."""
        dropped = 0
        for path in self.root.glob(f"{FOLDER}/*/*"):
            # Another process may have been quicker.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    dropped += 1
        return dropped


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UploadBusy from None


def _keep_name(path: Path) -> None:
    """A file outlives a power cut only if its folder was written too."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
