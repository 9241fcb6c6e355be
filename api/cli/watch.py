"""Restarts what crashes, with growing patience."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from api.cli.steps import say
from api.cli.trouble import Trouble

_LONGEST_WAIT_S = 30.0
_STEADY_S = 60.0


class Part(Protocol):
    """Something that runs and can be started again."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def is_running(self) -> bool: ...
    def start(self) -> None: ...


@dataclass
class Record:
    """How a part has fared: falls in a row, and the moments of its last start and next one."""

    falls: int
    started_at_s: float
    due_at_s: float | None


class Watch:
    """Looks at every part in order, engines before those that lean on them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        now = time.monotonic()
        self.records = [(part, Record(0, now, None)) for part in parts]

    def mend(self) -> bool:
        """Start again what is due; whether anything was started."""
        started = [self._tend(part, record) for part, record in self.records]
        return any(started)

    def _tend(self, part: Part, record: Record) -> bool:
        if part.is_running:
            return False
        now = time.monotonic()
        if record.due_at_s is None:
            record.falls = 1 if now - record.started_at_s > _STEADY_S else record.falls + 1
            wait_s = patience_s(record.falls)
            record.due_at_s = now + wait_s
            when = f"in {wait_s:.0f} s" if wait_s else "now"
            say(f"{part.name} stopped; starting it again {when}. Its words: {part.log}")
        return now >= record.due_at_s and self._start(part, record)

    def _start(self, part: Part, record: Record) -> bool:
        record.due_at_s = None
        try:
            part.start()
        except Trouble as trouble:
            say(str(trouble))
            return False
        finally:
            record.started_at_s = time.monotonic()
        return True


def patience_s(falls: int) -> float:
    """Wait before a start: none after the first fall, then 1, 2, 4 … seconds."""
    return 0.0 if falls <= 1 else min(_LONGEST_WAIT_S, 2.0 ** (falls - 2))
