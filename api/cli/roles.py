"""`serve` and `work`: this process becomes the api, or the workers."""

import os
import sys
from typing import NoReturn

from api.cli.env_file import read_env_file
from api.cli.places import LEAN


def serve() -> NoReturn:
    _become("api.cli.serving")


def work() -> NoReturn:
    _become("workers")


def _become(module: str) -> NoReturn:
    """Start over as that module, without this command line in memory."""
    read_env_file()
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", LEAN, module])  # noqa: S606 our own program
