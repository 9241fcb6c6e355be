"""`check`, `test` and `bench`: what CI runs, and the measurements."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from cyclopts import Parameter

from api.cli.places import ROOT
from api.cli.steps import say, tell

# The longest first: it keeps one core for as long as the others take on the next.
CHECKS: tuple[tuple[str, ...], ...] = (
    ("mypy",),
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("api.cli.contracts",),
    ("api", "export", "--check"),
    # Fails where two migrations follow the same one, as when two branches came together.
    ("alembic", "-c", "migrations/alembic.ini", "show", "head"),
)
# The whole suite in parts side by side, each with engines of its own; files stay whole, and come in
# the order of `tests/conftest.py`.
SPREAD = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile", "--no-loadscope-reorder")
Passed = Annotated[str, Parameter(allow_leading_hyphen=True, show=False)]


def check() -> int:
    """Side by side, on as many cores as there are; each is told whole, in their order."""
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as cores:
        for command, ended in zip(CHECKS, cores.map(_told, CHECKS), strict=True):
            _announce(command)
            tell(ended.stdout.rstrip())
            if ended.returncode != 0:
                failed.append(" ".join(command))
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def test(*arguments: Passed) -> int:
    return _python(("pytest", *(arguments or SPREAD)))


def bench(*arguments: Passed) -> int:
    return _python(("tests.benchmarks", *arguments))


def _python(module: Sequence[str]) -> int:
    """Run a module of the environment, showing its output; gives its exit status."""
    _announce(module)
    command = [sys.executable, "-m", *module]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own programs


def _told(module: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The same, with all it said in its `stdout`."""
    return subprocess.run(  # noqa: S603 - as above
        [sys.executable, "-m", *module],
        cwd=ROOT,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _announce(module: Sequence[str]) -> None:
    say(f"── {' '.join(module)}")
