"""The data folder: private, with short socket names and logs."""

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import IO

from api.cli.trouble import Trouble

_LONGEST_SOCKET_FOLDER = 80  # sun_path holds 107 bytes on Linux, 103 on macOS; names take up to 20
SHORT = Path("/tmp")  # noqa: S108 - what lies there is private
_LARGEST_LOG_BYTES = 10_000_000


def private_folder(path: Path) -> Path:
    """The folder, made if missing, readable by its owner alone."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"Cannot write to {path} ({error.strerror}).", "Choose another folder with --data."
        ) from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise unwritable(path, os.getuid())
    return path


def unwritable(path: Path, user: int) -> Trouble:
    """Why a user cannot write to a folder that is there, and what helps."""
    found, other = path.stat(), "Choose another folder with --data"
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        why, remedy = "its file system is read-only", f"{other}, or mount it for writing."
    elif user in {0, found.st_uid}:
        why, remedy = "its permissions forbid it", f"{other}, or run chmod u+rwx on it."
    else:
        why, remedy = "it belongs to another user", f"{other}, or run as its owner."
    return Trouble(f"Cannot write to {path} ({why}).", remedy)


def socket_folder(data_dir: Path) -> Path:
    """A private folder for unix sockets whose path is short enough for them, and one to all.

    PostgreSQL and its clients take a comma for the end of a path.
    """
    inside = data_dir / "run"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER and "," not in str(inside):
        return private_folder(inside)
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    # not TMPDIR, where it can be helped: who backs up by cron has another, or it is long itself
    place = SHORT if os.access(SHORT, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    outside = place / f"parvis-{os.getuid()}-{name}"
    outside.mkdir(mode=0o700, exist_ok=True)
    found = outside.lstat()
    is_private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not is_private or found.st_uid not in _owners(data_dir):
        raise Trouble(f"{outside} is not a private folder.", "Remove it and start again.")
    return outside


def _owners(data_dir: Path) -> set[int]:
    """Ourselves, and as whom PostgreSQL runs on this data."""
    kept = data_dir / "postgres"
    return {os.getuid(), kept.stat().st_uid} if kept.exists() else {os.getuid()}


def leave_sockets(folder: Path, data_dir: Path) -> None:
    """Take away a socket folder that stands outside the data and holds none any more."""
    if not folder.is_relative_to(data_dir):
        with contextlib.suppress(OSError):
            folder.rmdir()


def give(folder: Path, uid: int, gid: int) -> None:
    """Hand a folder and all in it to a user, unless it is theirs."""
    if folder.stat().st_uid == uid:
        return
    for root, _, names in os.walk(folder):
        for path in (root, *(os.path.join(root, name) for name in names)):  # noqa: PTH118 thousands of files
            os.chown(path, uid, gid, follow_symlinks=False)


def log_path(data_dir: Path, name: str) -> Path:
    """Where a child writes."""
    return data_dir / "logs" / f"{name}.log"


def open_log(path: Path) -> IO[bytes]:
    """A log to write on; one that has grown too large is set aside, replacing the last such."""
    private_folder(path.parent)
    if path.exists() and path.stat().st_size > _LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
