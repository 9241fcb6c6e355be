"""`backup`: database and media in one file."""

import asyncio
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.cli import archive, dumps
from api.cli.app import version
from api.cli.migrate import revision
from api.cli.places import as_called, ensure_writable
from api.cli.secret_files import first_token_path, sealing_keys_path
from api.cli.steps import step, tell
from api.cli.surroundings import as_owner, owner_url, surroundings
from api.cli.trouble import Trouble
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from domain.kernel.unfinished import refuse_unfinished_restore


def backup(
    file: Annotated[Path | None, Parameter(help="Where; else parvis-<day>.tar.")] = None,
    *,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
    without_keys: Annotated[
        bool, Parameter(negative=(), help="Leave out the key ring and the first token.")
    ] = False,
) -> None:
    now = datetime.now(UTC)
    target = as_called(file or Path(f"parvis-{now:%Y-%m-%d}.tar"))
    ensure_free(target)
    with surroundings(data) as settings:
        keys = () if without_keys else _keys(settings)
        write(settings, target, keys=keys, now=now)
    tell(f"{target} ({target.stat().st_size} bytes)")


def ensure_free(target: Path) -> None:
    """Raises `Trouble` where the file cannot be made, before anything is started for it."""
    if target.exists():
        raise Trouble(f"{target} exists.", "Name another file.")
    ensure_writable(target)


def write(settings: Settings, target: Path, *, keys: tuple[Path, ...], now: datetime) -> None:
    """The backup, whole or not at all. The database goes first: media come before their rows."""
    owner, at = owner_url(settings), revision(settings)
    asyncio.run(_refuse_unfinished(settings))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump, fresh = Path(folder, "database"), Path(folder, "archive")
        with step("Writing the database"):
            dumps.dump(owner, dump)
        manifest = archive.Manifest(
            format=archive.FORMAT,
            release=version(),
            revision=at or "",
            made_at=now.isoformat(),
            database_sha256=archive.sha256(dump),
            keys=marks(settings),
        )
        with step("Writing the media"), tarfile.open(fresh, "w") as file:
            archive.write_manifest(file, manifest)
            for key in keys:
                file.add(key, f"{archive.KEYS}/{key.name}")
            file.add(dump, archive.DATABASE)
            archive.pack(file, archive.MEDIA, settings.media_dir)
        fresh.chmod(0o600)
        fresh.rename(target)


async def _refuse_unfinished(settings: Settings) -> None:
    async with as_owner(settings) as connection:
        await refuse_unfinished_restore(connection)


def _keys(settings: Settings) -> tuple[Path, ...]:
    """The files of the data folder's secrets; none when the key ring is kept elsewhere."""
    if not keeps_keys(settings):
        return ()
    known = (sealing_keys_path(settings.data_dir), first_token_path(settings.data_dir))
    return tuple(path for path in known if path.exists())


def marks(settings: Settings) -> tuple[str, ...]:
    """The ids of the ring's keys, each with what tells it from another of that id."""
    return KeyRing.parse(settings.sealing_keys.get_secret_value()).marks()


def keeps_keys(settings: Settings) -> bool:
    """Whether the key ring in use is the data folder's own."""
    path = sealing_keys_path(settings.data_dir)
    return path.exists() and path.read_text().strip() == settings.sealing_keys.get_secret_value()
