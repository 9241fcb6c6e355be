"""Folders outside pytest's own, which is closed to other users and whose names are long."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.engines import Engines, start_engines


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="parvis-"))
    yield made.resolve()
    shutil.rmtree(made)


@pytest.fixture
def engines(folder: Path) -> Iterator[Engines]:
    """Engines of this test alone, so that it may break them."""
    found = start_engines(folder, durable=False)
    yield found
    found.stop()
