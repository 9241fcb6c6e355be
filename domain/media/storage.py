"""Bytes on disk, one file per content and workspace: written whole or not at all."""

import asyncio
import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

PIECE_BYTES = 1 << 20
INCOMING = ".incoming-"


@dataclass(frozen=True, slots=True)
class Stowed:
    """Content that is on the disk beside the store, not in it yet."""

    path: Path
    sha256: str
    size_bytes: int

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class MediaStore:
    """`root` must be seen by every api and worker process."""

    root: Path

    def path_of(self, workspace_id: UUID, sha256: str) -> Path:
        return self.root / workspace_id.hex / sha256[:2] / sha256

    def stow(self, source: BinaryIO) -> Stowed:
        """Copies a stream to the disk and says what it is; blocks: call it in a thread."""
        self.root.mkdir(parents=True, exist_ok=True)
        digest, size_bytes = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(prefix=INCOMING, dir=self.root)
        try:
            with os.fdopen(handle, "wb") as target:
                while piece := source.read(PIECE_BYTES):
                    digest.update(piece)
                    size_bytes += target.write(piece)
                target.flush()
                os.fsync(target.fileno())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Stowed(Path(name), digest.hexdigest(), size_bytes)

    def put(self, workspace_id: UUID, stowed: Stowed) -> None:
        """Takes stowed content in, in one step; the same content may be there already."""
        target = self.path_of(workspace_id, stowed.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        stowed.path.replace(target)

    async def get(self, workspace_id: UUID, sha256: str) -> bytes:
        """Raises `FileNotFoundError`."""
        return await asyncio.to_thread(self.path_of(workspace_id, sha256).read_bytes)

    def remove(self, workspace_id: UUID, sha256: str) -> None:
        """Removing what is not there is no error."""
        self.path_of(workspace_id, sha256).unlink(missing_ok=True)

    def tidy(self, *, before: datetime) -> int:
        """Drops what uploads that were cut off left beside the store; gives how many."""
        dropped = 0
        for path in self.root.glob(f"{INCOMING}*"):
            # Another process may have been quicker.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    dropped += 1
        return dropped


async def read_file(root: Path, workspace_id: UUID, sha256: str) -> bytes:
    """The bytes of one file. Raises `FileNotFoundError`."""
    return await MediaStore(root).get(workspace_id, sha256)
