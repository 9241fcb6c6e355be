"""Checks of this machine and the data folder; each gives one finding."""

import hashlib
import json
import os
import shutil
import zoneinfo
from contextlib import suppress
from pathlib import Path
from shlex import quote

from api.cli import installed, memory
from api.cli.findings import Finding

_ROOM_WANTED_BYTES = 1_000_000_000
_STACK_LIMIT_MIB, _API_LIMIT_MIB = 450, 160
_AT_WORK_MIB = 60
"""More than idle: the graph, views and pages, which are loaded when they are first asked for (40
after the tour), and some room."""


def environment_matches(root: Path) -> Finding:
    """The packages in `.venv` are those of the lock file."""
    lock = root / "requirements.lock"
    stamp = root / ".venv" / "parvis-installed.json"
    if not lock.exists():
        return Finding("The packages are those that the image was built with.")
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    with suppress(OSError, ValueError):
        if json.loads(stamp.read_text()).get(lock.name) == wanted:
            return Finding("The packages are those of requirements.lock.")
    return Finding(
        "The packages are not known to be those of requirements.lock.",
        "Run any ./parvis command: it installs what is missing.",
    )


def folder_is_private(data_dir: Path) -> Finding:
    """Nobody else reads the data folder's secrets."""
    for path in (data_dir / "sealing.keys", data_dir / "token"):
        if path.exists() and path.stat().st_mode & 0o077:
            return Finding(f"Others may read {path}.", f"chmod 600 {quote(str(path))}")
    if data_dir.stat().st_mode & 0o066:
        return Finding(f"Others may look into {data_dir}.", f"chmod 700 {quote(str(data_dir))}")
    return Finding(f"{data_dir} is private.")


def folder_takes_files(data_dir: Path) -> Finding:
    """Media can be written: into the folder, or where it is to be made."""
    there = next(
        each for each in (data_dir / "media", data_dir, *data_dir.parents) if each.exists()
    )
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            f"Nothing can be written to {there}.",
            "Let it belong to who runs Parvis, on a disk that is mounted for writing.",
        )
    return Finding(f"{data_dir} takes files.")


def disk_has_room(data_dir: Path, wanted_bytes: int = _ROOM_WANTED_BYTES) -> Finding:
    free = shutil.disk_usage(data_dir).free
    if free < wanted_bytes:
        return Finding(
            f"The disk has {free // 2**20} MiB left.",
            f"Free {(wanted_bytes - free) // 2**20 + 1} MiB, or move the data with --data.",
        )
    return Finding(f"The disk has {free // 2**30} GiB left.")


def data_is_of_this_postgres(data_dir: Path, install: Path | None = None) -> Finding:
    """The data was written by the PostgreSQL that the packages carry."""
    written_by = data_dir / "postgres" / "PG_VERSION"
    ours = installed.major(install or installed.postgres())
    if not written_by.exists():
        return Finding("There is no embedded database yet.")
    kept = written_by.read_text().strip()
    if kept != ours:
        return Finding(
            f"The data is of PostgreSQL {kept}, the packages carry {ours}.",
            "Back up with the release that wrote it, restore with this one (--data).",
        )
    return Finding(f"The data is of PostgreSQL {kept}, which the packages carry.")


def time_zones_are_pinned(paths: tuple[str, ...] | None = None) -> Finding:
    """Time zones come from the locked package, not from the machine."""
    if zoneinfo.TZPATH if paths is None else paths:
        return Finding(
            "Time zones are read from this machine, which may know older rules.",
            "Set PYTHONTZPATH to nothing, as ./parvis does.",
        )
    return Finding(f"Time zones come from tzdata ({zoneinfo.ZoneInfo('Europe/Paris').key} opens).")


def memory_fits(
    supervisor_pid: int,
    api_pid: int,
    *,
    stack_mib: float = _STACK_LIMIT_MIB,
    api_mib: float = _API_LIMIT_MIB,
) -> Finding:
    """The stack and its api hold no more than they should: idle, and what work brings with it."""
    whole = sum(memory.share_mib(pid) for pid in memory.family(supervisor_pid))
    api = memory.share_mib(api_pid)
    said = f"Memory: stack {whole:.0f} MiB, api {api:.0f} MiB (PSS)."
    limits = f"{stack_mib:.0f} and {api_mib:.0f} MiB are normal when idle"
    if whole > stack_mib + _AT_WORK_MIB or api > api_mib + _AT_WORK_MIB:
        return Finding(said, f"If it is idle, restart it: {limits}. See data/logs for what grew.")
    return Finding(f"{said} At most {limits}.")
