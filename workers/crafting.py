"""The process that takes files apart: its limits, its one task, and what it says of it.

Broken or hostile files meet native code here, where nothing else is: no settings, no secrets, no
connection. It says JSON, a line each, and ends.
"""

import json
import os
import resource
import sys
from pathlib import Path

from domain.kernel.errors import MediaUnsupported
from domain.media.probing import probe

MOST_BYTES = 3 * 2**30
NICE = 10


def main(arguments: list[str]) -> None:
    """`probe PATH CONTENT_TYPE SECONDS`."""
    task, path, content_type, seconds = arguments
    _hold(int(seconds))
    try:
        done = {"probe": probe}[task](Path(path), content_type)
    except MediaUnsupported as error:
        _say(refused=error.message)
    else:
        _say(done=done.model_dump(mode="json"))


def _hold(seconds: int) -> None:
    """Bounds memory and processor time, and lets everything else go first."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.nice(NICE)


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
