"""The process that takes files apart: its limits, its one task, and what it says of it.

Broken or hostile files meet native code here, where nothing else is: no settings, no secrets, no
connection. It says JSON, a line each, and ends.
"""

import os
import resource
import sys
from pathlib import Path

import msgspec

from domain.kernel.errors import MediaUnsupported
from domain.media.probing import probe
from domain.media.rendering import Limits, render
from domain.sources.pdf import words_of

MOST_BYTES = 3 * 2**30
NICE = 10
DOCUMENT = "application/pdf"


class Task(msgspec.Struct, kw_only=True):
    """What is to be done with a file, in at most so many seconds of a processor.

    With a target a rendition within the limits is written there, or a document's words; without
    one it is probed.
    """

    path: str
    content_type: str
    seconds: int
    target: str | None = None
    limits: Limits | None = None


def main(asked: str) -> None:
    task = msgspec.json.decode(asked, type=Task)
    _hold(task.seconds)
    try:
        _say(done=_done(task))
    except MediaUnsupported as error:
        _say(refused=error.message)


def _done(task: Task) -> object:
    path = Path(task.path)
    if task.content_type == DOCUMENT and task.target is not None:
        Path(task.target).write_text(words_of(path), "utf-8", "replace")
        return task.target
    if task.target is None or task.limits is None:
        return probe(path, task.content_type).model_dump(mode="json")
    render(path, task.content_type, Path(task.target), task.limits, _tell)
    return task.target


def _tell(progress: float) -> None:
    _say(progress=progress)


def _hold(seconds: int) -> None:
    """Bounds memory and processor time, and lets everything else go first."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.nice(NICE)


def _say(**what: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
