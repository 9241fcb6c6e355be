"""Progress of slow steps, on the error stream."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is going on, then how long it took."""
    begun = time.monotonic()
    _remark(f"{what} … ")
    try:
        yield
    except BaseException:
        _remark("\n")
        raise
    _remark(f"{time.monotonic() - begun:.1f} s\n")


def tell(line: str) -> None:
    """A result, on the output stream."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """A remark, on the error stream."""
    _remark(f"{line}\n")


def _remark(text: str) -> None:
    # a terminal that was closed stops nothing: what runs outlives who watched it
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
