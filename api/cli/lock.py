"""One supervisor per data folder."""

import fcntl
import json
from pathlib import Path
from typing import Self

from api.cli.trouble import Trouble


class DataLock:
    """Held while a supervisor runs; the kernel frees it however that ends."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.file = (data_dir / "lock").open("a+")

    def __enter__(self) -> Self:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = running(self.data_dir)
            raise Trouble(
                f"Parvis already runs on {self.data_dir}{_where(holder)}.",
                "Stop it first (Ctrl-C there), or choose another folder with --data.",
            ) from error
        self.say({})
        return self

    def __exit__(self, *_: object) -> None:
        self.say({})
        self.file.close()

    def say(self, facts: dict[str, object]) -> None:
        """Write down for other commands what runs here."""
        self.file.truncate(0)
        self.file.write(json.dumps(facts))
        self.file.flush()


def is_held(data_dir: Path) -> bool:
    """Whether a supervisor runs on this folder."""
    try:
        with (data_dir / "lock").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def running(data_dir: Path) -> dict[str, object]:
    """What the supervisor of this folder wrote down; empty when none runs or it still starts."""
    if not is_held(data_dir):
        return {}
    try:
        facts = json.loads((data_dir / "lock").read_text() or "{}")
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _where(facts: dict[str, object]) -> str:
    return f" (process {facts['pid']}, {facts['url']})" if "url" in facts else ""
