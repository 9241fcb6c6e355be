"""Test vectors that others publish, where their folder stands beside the project."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no stubs

_FOLDER = Path(__file__).parents[3] / "shared" / "vectors"


def vectors(*path: str) -> list[str]:
    """The lines of one file, without comments and blanks; skips where the folder is missing."""
    lines = _text(*path).splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def groups(*path: str) -> dict[str, list[dict[str, Any]]]:
    """The cases of one YAML file, by group; skips where the folder is missing."""
    tests: dict[str, list[dict[str, Any]]] = yaml.safe_load(_text(*path))["tests"]
    return tests


def _text(*path: str) -> str:
    file = _FOLDER.joinpath(*path)
    if not file.exists():
        pytest.skip("the vectors of others are not here (../shared/vectors)")
    return file.read_text()
