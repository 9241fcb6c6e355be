"""Progress of slow steps, on the error stream."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is going on, then how long it took."""
    begun = time.monotonic()
    sys.stderr.write(f"{what} … ")
    sys.stderr.flush()
    try:
        yield
    except BaseException:
        sys.stderr.write("\n")
        raise
    sys.stderr.write(f"{time.monotonic() - begun:.1f} s\n")


def tell(line: str) -> None:
    """A result, on the output stream."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """A remark, on the error stream."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
