"""The one file of a backup: a tar of a manifest, the key ring, the database and the media.

manifest.json   format, release, revision, moment, checksum of the database, marks of the keys
keys/           sealing.keys and token of the data folder, unless left out
database.dump   pg_dump's own format
media/…         every stored file
"""

import hashlib
import io
import json
import os
import tarfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from api.cli.steps import say
from api.cli.trouble import Trouble
from domain.media.storage import INCOMING

FORMAT = 1
MANIFEST, DATABASE, KEYS, MEDIA = "manifest.json", "database.dump", "keys", "media"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    release: str
    revision: str
    made_at: str
    database_sha256: str
    keys: tuple[str, ...] = ()
    """`id:mark` of each key of the ring: tells keys apart, opens nothing. Older backups: none."""


def write_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    raw = json.dumps(asdict(manifest), indent=1).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(raw)
    archive.addfile(member, io.BytesIO(raw))


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        _refuse_cut(archive)
        file = archive.extractfile(MANIFEST)
        manifest = Manifest(**json.loads(file.read())) if file else None
    except tarfile.TarError as error:
        raise Trouble("The backup is damaged: it ends too early.", "Use another one.") from error
    except (KeyError, ValueError, TypeError):
        manifest = None
    if manifest is None:
        raise Trouble("This file is no backup of Parvis.", "Give one that `backup` wrote.")
    if manifest.format != FORMAT:
        raise Trouble(
            f"This backup has format {manifest.format}, this release reads {FORMAT}.",
            f"Restore it with Parvis {manifest.release}.",
        )
    return manifest


def _refuse_cut(archive: tarfile.TarFile) -> None:
    """Raises `ReadError`: a header that is missing or broken counts as the end for `tarfile`."""
    archive.getmembers()
    file = archive.fileobj
    if file is not None:
        file.seek(archive.offset)
        if file.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
            raise tarfile.ReadError


def pack(archive: tarfile.TarFile, folder: str, source: Path) -> None:
    """Add the files below `source`; what is deleted meanwhile, or still coming in, stays out."""
    for place, _, names in os.walk(source):
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(INCOMING):
                with suppress(FileNotFoundError):
                    _add(archive, f"{folder}/{path.relative_to(source)}", path)


def _add(archive: tarfile.TarFile, name: str, path: Path) -> None:
    with path.open("rb") as file:
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), _Steady(file))


class _Steady(io.RawIOBase):
    """A file of the length that was announced, filled up with nothing where it was cut since.

    Only an upload's piece is ever cut, to what its row counts, and what lies beyond is not used.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size).ljust(size, b"\0")


def unpack(archive: tarfile.TarFile, folder: str, target: Path) -> int:
    """Write the files of one folder of the archive below `target`; gives their number.

    Media are named by their checksum: one that differs stays out, and is told.
    """
    count = 0
    for member in archive:
        if not member.isfile() or not member.name.startswith(f"{folder}/"):
            continue
        path = (target / member.name.removeprefix(f"{folder}/")).resolve()
        if not path.is_relative_to(target.resolve()):
            raise Trouble(f"The backup holds a path outside its folder: {member.name}.", "Stop.")
        path.parent.mkdir(parents=True, exist_ok=True)
        source = archive.extractfile(member)
        if source is None:
            continue
        digest = copy(source, path)
        if len(path.name) == len(digest) and path.name != digest:
            path.unlink()
            say(f"{member.name} is damaged in the backup and was left out.")
        else:
            count += 1
    return count


def copy(source: IO[bytes], path: Path) -> str:
    """Copy a stream into a private file; gives its SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        path.chmod(0o600)
        while part := source.read(1 << 20):
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
