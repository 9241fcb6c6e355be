"""What a run makes once, though its parts are processes: whoever asks first makes it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = "PARVIS_TESTS_ONCE"


def begin_run() -> None:
    """Makes the folder, unless the process that parts the run has told of one."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="parvis-once-")


def end_run() -> None:
    shutil.rmtree(os.environ.pop(FOLDER))


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` filled; others wait while it does."""
    folder = Path(os.environ[FOLDER])
    made, making = folder / name, folder / f"{name}.making"
    with (folder / f"{name}.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(making, ignore_errors=True)
            make(making)
            making.rename(made)
    return made
