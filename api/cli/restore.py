"""`restore`: what `backup` wrote, into an empty database."""

import asyncio
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.cli import archive, dumps
from api.cli.backup import keeps_keys, marks
from api.cli.folders import private_folder
from api.cli.migrate import is_empty, knows, move
from api.cli.places import as_called
from api.cli.secret_files import sealing_keys_path
from api.cli.steps import say, step, tell
from api.cli.surroundings import as_owner, owner_url, surroundings
from api.cli.trouble import Trouble
from domain.kernel.roles import refuse_missing_application
from domain.kernel.settings import Settings
from domain.kernel.unfinished import begin_restore, begun_restore, end_restore
from domain.posts.doubting import doubt_what_fell_due


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
            count = read(settings, opened, now=datetime.now(UTC))
    except tarfile.ReadError as error:
        raise Trouble(f"{source} is no backup.", "Give one that `backup` wrote.") from error
    tell(f"Restored the database and {count} media files into {settings.data_dir}.")


def read(settings: Settings, source: tarfile.TarFile, *, now: datetime) -> int:
    """Bring back keys, database and media; gives the number of media files."""
    owner = owner_url(settings)
    manifest = archive.read_manifest(source)
    if not knows(manifest.revision):
        raise Trouble(
            f"The backup is of revision {manifest.revision}, which this release does not know.",
            f"Restore it with Parvis {manifest.release} or newer.",
        )
    _refuse_other_keys(settings, source, manifest)
    begun = asyncio.run(_begun(settings))
    if begun != manifest.database_sha256 and not is_empty(settings):
        raise Trouble(
            "The database is not empty.",
            "Restore into a new folder with --data; on a server of yours, into an empty database.",
        )
    kept = private_folder(settings.data_dir)
    with tempfile.TemporaryDirectory(dir=kept, prefix="restore-") as folder:
        dump = _checked_dump(source, manifest, Path(folder))
        with step("Reading the media"):
            media = archive.unpack(source, archive.MEDIA, settings.media_dir)
        # Ended on the way, it goes on where it was; until then nothing else starts here.
        if is_empty(settings):
            asyncio.run(_begin(settings, manifest))
            with step("Reading the database"):
                dumps.load(owner, dump)
    if keeps_keys(settings):
        archive.unpack(source, archive.KEYS, settings.data_dir)
    move(settings, "head")
    asyncio.run(_end(settings, datetime.fromisoformat(manifest.made_at), now))
    return media


async def _begin(settings: Settings, manifest: archive.Manifest) -> None:
    async with as_owner(settings) as connection:
        await begin_restore(connection, manifest.database_sha256)


async def _end(settings: Settings, since: datetime, now: datetime) -> None:
    async with as_owner(settings) as connection, connection.transaction():
        count = await doubt_what_fell_due(connection, since=since, now=now)
        await end_restore(connection)
    if count:
        say(f"{count} messages fell due since the backup: each is looked up before it is sent.")


async def _begun(settings: Settings) -> str | None:
    async with as_owner(settings) as connection:
        await refuse_missing_application(connection)
        return await begun_restore(connection)


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
