"""One supervisor per data folder; commands take turns on one where none runs."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from api.cli.processes import wait_until
from api.cli.trouble import Trouble

_TURN_S = 60
"""The first start of a supervisor takes half of it."""


@dataclass(frozen=True)
class Running:
    """The supervisor of a data folder and its children, by the names of the parts."""

    pid: int
    url: str
    pids: dict[str, int]


class DataLock:
    """Held while a supervisor runs; the kernel frees it however that ends."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def __enter__(self) -> Self:
        if self.take():
            return self
        found = running(self.data_dir)
        if found is None:
            raise _busy(self.data_dir)
        raise Trouble(
            f"Parvis already runs on {self.data_dir} (process {found.pid}, {found.url}).",
            "Stop it first (Ctrl-C there), or choose another folder with --data.",
        )

    def take(self) -> bool:
        """Whether it was free and is ours now."""
        self.file = (self.data_dir / "lock").open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file.close()
            return False
        self.file.truncate(0)
        return True

    def __exit__(self, *_: object) -> None:
        self.file.truncate(0)
        self.file.close()

    def say(self, facts: Mapping[str, object]) -> None:
        """Write down for other commands what runs here."""
        self.file.truncate(0)
        self.file.write(json.dumps({name: facts[name] for name in ("pid", "url", "pids")}))
        self.file.flush()


@contextmanager
def turn(data_dir: Path, *, within_s: float = _TURN_S) -> Iterator[bool]:
    """Alone on the folder, or (False) beside the supervisor that runs there.

    Waits for another command's end and a supervisor's start: their engines come and go with them.
    """
    held = DataLock(data_dir)
    is_ours = False

    def has_come() -> bool:
        nonlocal is_ours
        is_ours = held.take()
        return is_ours or running(data_dir) is not None

    if not wait_until(has_come, within_s=within_s, every_s=0.05):
        raise _busy(data_dir)
    try:
        yield is_ours
    finally:
        if is_ours:
            held.__exit__()


def _busy(data_dir: Path) -> Trouble:
    return Trouble(
        f"Another command works on {data_dir}, or Parvis is starting there.",
        "Run this again once it is done, or choose another folder with --data.",
    )


def is_held(data_dir: Path) -> bool:
    """Whether a supervisor, or a command with engines of its own, works on this folder."""
    try:
        with (data_dir / "lock").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def running(data_dir: Path) -> Running | None:
    """What the supervisor of this folder wrote down; None when none is ready."""
    if not is_held(data_dir):
        return None
    said = (data_dir / "lock").read_text()
    return Running(**json.loads(said)) if said else None
