"""As whom PostgreSQL runs, since it refuses root. Standard library only.

not root           → ourselves
root, namespaces   → root, shown to PostgreSQL as `nobody`: nothing changes hands
root, else         → `nobody` itself, when it can reach the programs; else a copy of them
"""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from api.cli import folders, namespace
from api.cli.processes import Identity
from api.cli.trouble import Trouble


def identity_for(program: Path) -> Identity | None:
    """As whom `program` can run; None is ourselves."""
    if os.getuid() != 0:
        return None
    stranger = _ordinary_user()
    shown = Identity(stranger.pw_uid, stranger.pw_gid, in_namespace=True)
    if runs(program, shown):
        return shown
    return Identity(stranger.pw_uid, stranger.pw_gid, in_namespace=False)


def refuse_to_take_over(data_dir: Path, user: int) -> None:
    """Root could start on anybody's database, which would be root's from then on.

    Raises `Trouble` before anything changes hands.
    """
    kept = data_dir / "postgres"
    if user == 0 and kept.exists() and kept.stat().st_uid not in {0, _ordinary_user().pw_uid}:
        raise Trouble(
            f"The database in {data_dir} belongs to another user, who could not start it any more.",
            "Run this as its owner, without sudo, or choose another folder with --data.",
        )


def runs(program: Path, identity: Identity) -> bool:
    """Whether the program answers `--version` under this identity."""
    becomes = None if identity.in_namespace else identity
    before = [] if becomes else namespace.command(identity.uid, identity.gid)
    try:
        found = subprocess.run(  # noqa: S603 - our own programs
            [*before, program, "--version"],
            capture_output=True,
            check=False,
            user=becomes.uid if becomes else None,
            group=becomes.gid if becomes else None,
            extra_groups=[] if becomes else None,
        )
    except (PermissionError, subprocess.SubprocessError):
        return False
    return found.returncode == 0


def reachable_copy(install: Path, data_dir: Path, identity: Identity) -> Path:
    """The installation, or a copy in the data folder when `nobody` cannot reach the first."""
    folders.private_folder(data_dir).chmod(0o711)
    if not all(parent.stat().st_mode & 0o001 for parent in data_dir.parents):
        raise _unreachable(data_dir)
    if runs(install / "bin" / "postgres", identity):
        return install
    copy = data_dir / "programs" / install.parent.name / install.name
    program = copy / "bin" / "postgres"
    if not (program.exists() and runs(program, identity)):
        _copy(install, data_dir)
    if not runs(program, identity):
        raise _unreachable(copy)
    return copy


def _copy(install: Path, data_dir: Path) -> None:
    """Whole or not at all, as a disk may be full."""
    fresh, kept = data_dir / "programs.new", data_dir / "programs"
    shutil.rmtree(fresh, ignore_errors=True)
    package = fresh / install.parent.name
    # libpq lies in the folder beside the package and travels with it
    shutil.copytree(f"{install.parent}.libs", f"{package}.libs", symlinks=True)
    shutil.copytree(install, package / install.name, symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            _open_to_all(path)
    shutil.rmtree(kept, ignore_errors=True)
    fresh.rename(kept)


def _open_to_all(path: Path) -> None:
    """To read and to run for everybody what its owner may: a umask may have closed it."""
    mode = path.stat().st_mode
    owners = mode & (stat.S_IRUSR | stat.S_IXUSR)
    path.chmod(mode | owners >> 3 | owners >> 6)


def _unreachable(path: Path) -> Trouble:
    return Trouble(
        f"PostgreSQL does not run as root, and `nobody` cannot reach {path}.",
        "Run as an ordinary user, or choose a folder everyone can pass with --data.",
    )


def _ordinary_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not others:
        raise Trouble("PostgreSQL does not run as root.", "Run as an ordinary user.")
    return others[0]
