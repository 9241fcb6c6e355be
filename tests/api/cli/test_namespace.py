import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import namespace
from api.cli.identity import identity_for

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root is shown as somebody else")


@pytest.fixture
def begins_threads() -> Iterator[threading.Event]:
    """A library that starts a thread in every process that is forked off."""
    ended = threading.Event()
    on = [True]

    def begin() -> None:
        if on:
            threading.Thread(target=ended.wait, daemon=True).start()

    os.register_at_fork(after_in_child=begin)
    yield ended
    on.clear()


@AS_ROOT
def test_root_is_shown_as_another_and_its_files_stay_its_own(tmp_path: Path) -> None:
    file = tmp_path / "written"
    written = f"id -u > {file}; id -g >> {file}"
    run = [*namespace.command(1234, 2345), "/bin/sh", "-c", written]
    found = subprocess.run(run, capture_output=True, check=False)
    if found.stderr:
        pytest.skip(found.stderr.decode())

    assert file.read_text() == "1234\n2345\n"
    assert file.stat().st_uid == 0


@AS_ROOT
@pytest.mark.usefixtures("begins_threads")
def test_threads_begun_by_a_fork_change_nothing() -> None:
    quiet = subprocess.run(
        [*namespace.command(1234, 2345), "/bin/true"], capture_output=True, check=False
    )

    chosen = identity_for(Path("/bin/true"))

    assert chosen is not None
    assert chosen.in_namespace is (quiet.returncode == 0)
