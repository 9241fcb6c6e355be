"""`restore`: what `backup` wrote, into an empty database."""

import tarfile
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.cli import archive, dumps
from api.cli.backup import keeps_keys, marks
from api.cli.migrate import is_empty, knows, move
from api.cli.places import as_called
from api.cli.secret_files import sealing_keys_path
from api.cli.steps import step, tell
from api.cli.surroundings import owner_url, surroundings
from api.cli.trouble import Trouble
from domain.kernel.settings import Settings


def restore(
    file: Annotated[Path, Parameter(help="What `backup` wrote.")],
    *,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> None:
    source = as_called(file)
    if not source.is_file():
        raise Trouble(f"{source} is no file.", "Name the file that `backup` wrote.")
    try:
        with tarfile.open(source, "r:") as opened, surroundings(data) as settings:
            count = read(settings, opened)
    except tarfile.ReadError as error:
        raise Trouble(f"{source} is no backup.", "Give one that `backup` wrote.") from error
    tell(f"Restored the database and {count} media files into {settings.data_dir}.")


def read(settings: Settings, source: tarfile.TarFile) -> int:
    """Bring back keys, database and media; gives the number of media files."""
    owner = owner_url(settings)
    manifest = archive.read_manifest(source)
    if not knows(manifest.revision):
        raise Trouble(
            f"The backup is of revision {manifest.revision}, which this release does not know.",
            f"Restore it with Parvis {manifest.release} or newer.",
        )
    _refuse_other_keys(settings, source, manifest)
    if not is_empty(settings):
        raise Trouble("The database is not empty.", "Restore into a new folder with --data.")
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix="restore-") as folder:
        dump = _checked_dump(source, manifest, Path(folder))
        with step("Reading the database"):
            dumps.load(owner, dump)
    if keeps_keys(settings):
        archive.unpack(source, archive.KEYS, settings.data_dir)
    move(settings, "head")
    with step("Reading the media"):
        return archive.unpack(source, archive.MEDIA, settings.media_dir)


def _refuse_other_keys(
    settings: Settings, source: tarfile.TarFile, manifest: archive.Manifest
) -> None:
    """Without its keys no secret in the database can be opened."""
    path = sealing_keys_path(settings.data_dir)
    brings = f"{archive.KEYS}/{path.name}" in source.getnames() and keeps_keys(settings)
    missing = sorted(set(manifest.keys) - set(marks(settings)))
    if missing and not brings:
        raise Trouble(
            f"The backup needs keys that are not on this ring "
            f"({', '.join(each.partition(':')[0] for each in missing)}).",
            f"Write the ring it was made with to {path}, or give it as SEALING_KEYS.",
        )


def _checked_dump(source: tarfile.TarFile, manifest: archive.Manifest, folder: Path) -> Path:
    file = source.extractfile(archive.DATABASE)
    path = folder / archive.DATABASE
    if file is None or archive.copy(file, path) != manifest.database_sha256:
        raise Trouble("The backup is damaged: its checksum differs.", "Use another one.")
    return path
