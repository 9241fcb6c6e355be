"""Bytes of media: landed on disk first, then kept on a shelf, one item a content and workspace."""

import asyncio
import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, Self
from uuid import UUID

from domain.kernel.settings import Settings
from domain.media.disk import Disk, make_private

PIECE_BYTES = 1 << 20
INCOMING = ".incoming-"


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Stowed:
    """Content that is on the disk beside the store, not in it yet."""

    path: Path
    sha256: str
    size_bytes: int

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)


class Shelf(Protocol):
    """Where content is kept. Everything here blocks: call it in a thread."""

    def bring(self, workspace_id: UUID, sha256: str, path: Path, content_type: str) -> None:
        """Does ahead of the transaction what takes long of `put`."""

    def put(self, workspace_id: UUID, sha256: str, path: Path, content_type: str) -> None:
        """Keeps a file, whole or not at all; the same content may be there already."""

    def get(self, workspace_id: UUID, sha256: str) -> bytes:
        """Raises `FileNotFoundError`."""

    def remove(self, workspace_id: UUID, sha256: str) -> None:
        """Removing what is not there is no error."""

    def place_of(self, workspace_id: UUID, sha256: str) -> Path | str:
        """Where clients find it: a file here, or a URL that counts for some minutes."""


class Door(Protocol):
    """Where clients put objects themselves, before anybody has looked at them; blocks too."""

    def way_in(self, workspace_id: UUID, id_: UUID, *, lasts: timedelta) -> str:
        """A URL that takes one PUT, or several, for so long."""

    def weight_of(self, workspace_id: UUID, id_: UUID) -> int | None:
        """What came in by it, in bytes; None while nothing has."""

    def read(self, workspace_id: UUID, id_: UUID) -> Source:
        """Raises `FileNotFoundError`."""

    def clear(self, workspace_id: UUID, id_: UUID) -> None:
        """Clearing what is not there is no error."""

    def sweep(self, *, before: datetime) -> int:
        """Clears what came in before; gives how many."""


@dataclass(frozen=True, slots=True)
class MediaStore:
    """`root` must be seen by every api and worker process, whatever the shelf."""

    root: Path
    kept_on: Shelf | None = field(default=None, repr=False)
    door: Door | None = field(default=None, repr=False)
    """None where clients cannot put objects themselves."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The house's own disk, or the bucket that MEDIA_URL names."""
        if not settings.media_url:
            return cls(settings.media_dir)
        # Its library weighs 7 MiB: only those who use it load it.
        from domain.media.bucket import open_bucket  # noqa: PLC0415 - see above

        bucket = open_bucket(settings)
        return cls(settings.media_dir, bucket, bucket)

    @property
    def shelf(self) -> Shelf:
        return self.kept_on or Disk(self.root)

    def stow(self, source: Source) -> Stowed:
        """Copies a stream to the disk and says what it is; blocks: call it in a thread."""
        make_private(self.root)
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

    def bring(self, workspace_id: UUID, stowed: Stowed, content_type: str) -> None:
        """Call it before the transaction that calls `put`, which is quick then; blocks."""
        self.shelf.bring(workspace_id, stowed.sha256, stowed.path, content_type)

    def put(self, workspace_id: UUID, stowed: Stowed, content_type: str) -> None:
        """Takes stowed content in, in one step; the same content may be there already."""
        self.shelf.put(workspace_id, stowed.sha256, stowed.path, content_type)

    async def get(self, workspace_id: UUID, sha256: str) -> bytes:
        """Raises `FileNotFoundError`."""
        return await asyncio.to_thread(self.shelf.get, workspace_id, sha256)

    def remove(self, workspace_id: UUID, sha256: str) -> None:
        """Removing what is not there is no error."""
        self.shelf.remove(workspace_id, sha256)

    def tidy(self, *, before: datetime) -> int:
        """Drops what uploads that were cut off left beside the store; gives how many."""
        dropped = 0
        for path in self.root.glob(f"{INCOMING}*"):
            # Another process may have been quicker.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    dropped += 1
        return dropped + (self.door.sweep(before=before) if self.door else 0)


async def read_file(store: MediaStore, workspace_id: UUID, sha256: str) -> bytes:
    """The bytes of one file. Raises `FileNotFoundError`."""
    return await store.get(workspace_id, sha256)
