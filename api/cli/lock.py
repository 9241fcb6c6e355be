"""One supervisor per data folder."""

import fcntl
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from api.cli.trouble import Trouble


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
        self.file = (self.data_dir / "lock").open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.file.close()
            found = running(self.data_dir)
            where = f" (process {found.pid}, {found.url})" if found else ""
            raise Trouble(
                f"Parvis already runs on {self.data_dir}{where}.",
                "Stop it first (Ctrl-C there), or choose another folder with --data.",
            ) from error
        self.file.truncate(0)
        return self

    def __exit__(self, *_: object) -> None:
        self.file.truncate(0)
        self.file.close()

    def say(self, facts: Mapping[str, object]) -> None:
        """Write down for other commands what runs here."""
        self.file.truncate(0)
        self.file.write(json.dumps({name: facts[name] for name in ("pid", "url", "pids")}))
        self.file.flush()


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
