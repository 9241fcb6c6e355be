"""A process under another clock: libfaketime, from Debian's package."""

import sys
from pathlib import Path

import pytest

from tests.real import installing

_FOLDERS = Path("/usr/lib")


def faked(folder: Path) -> tuple[Path, dict[str, str]]:
    """A file that says how far the clock is off, such as `+3600`, read at every look at the time.

    Gives it with the environment that has a process go by it. Its steady clock stays as it is.
    """
    if sys.platform != "linux":
        pytest.skip("libfaketime is tried on Linux")
    if not _libraries():
        installing.debian("faketime")
    told = folder / "clock"
    told.write_text("+0")
    return told, {
        "LD_PRELOAD": str(_libraries()[0]),
        "FAKETIME_TIMESTAMP_FILE": str(told),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _libraries() -> list[Path]:
    return sorted(_FOLDERS.glob("*/faketime/libfaketime.so.1"))
