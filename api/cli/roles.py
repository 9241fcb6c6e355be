"""`serve` and `work`: this process becomes the api, or the workers."""

import os
import sys
from typing import NoReturn

LEAN = "api.cli.lean"


def serve() -> NoReturn:
    _become("api.cli.serving")


def work() -> NoReturn:
    _become("workers")


def _become(module: str) -> NoReturn:
    """Start over as that module, without this command line in memory."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", LEAN, module])  # noqa: S606 our own program
