"""Folders outside pytest's own, which is closed to other users and whose names are long."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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


@pytest.fixture
def ready_port(folder: Path) -> Iterator[int]:
    """Where something says that it is ready."""
    (folder / "readyz").touch()
    shows = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), shows) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
