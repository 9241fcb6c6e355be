"""Test vectors that others publish, where their folder stands beside the project."""

from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[3] / "shared" / "vectors"


def vectors(*path: str) -> list[str]:
    """The lines of one file, without comments and blanks; skips where the folder is missing."""
    file = _FOLDER.joinpath(*path)
    if not file.exists():
        pytest.skip("the vectors of others are not here (../shared/vectors)")
    lines = file.read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]
