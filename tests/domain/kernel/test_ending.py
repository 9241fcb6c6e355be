"""A process that stands still is ended; one that ends by itself is not waited for."""

import subprocess
import sys

import pytest

STILL = "from threading import Event; Event().wait()"


@pytest.mark.parametrize(("longest_s", "then", "code"), [(0.01, STILL, 1), (3600, "pass", 0)])
def test_process_that_does_not_end_is_ended(longest_s: float, then: str, code: int) -> None:
    told = f"from domain.kernel.ending import end_within\nend_within({longest_s})\n{then}"

    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, timeout=60, check=False
    )

    assert (done.returncode, b"stop.forced" in done.stdout) == (code, code == 1)
