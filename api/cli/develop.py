"""`check`, `test` and `bench`: what CI runs, and the measurements."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from api.cli.places import ROOT
from api.cli.steps import say

CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("api.cli.contracts",),
    ("api", "export", "--check"),
)
# The whole suite in parts side by side, each with engines of its own; files stay whole, and come in
# the order of `tests/conftest.py`.
SPREAD = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile", "--no-loadscope-reorder")
Passed = Annotated[str, Parameter(allow_leading_hyphen=True, show=False)]


def check() -> int:
    failed = [" ".join(command) for command in CHECKS if _python(command) != 0]
    say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def test(*arguments: Passed) -> int:
    return _python(("pytest", *(arguments or SPREAD)))


def bench(*arguments: Passed) -> int:
    return _python(("tests.benchmarks", *arguments))


def _python(module: Sequence[str]) -> int:
    """Run a module of the environment, showing its output; gives its exit status."""
    say(f"── {' '.join(module)}")
    command = [sys.executable, "-m", *module]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own programs
