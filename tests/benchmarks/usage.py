"""CPU time of processes, from the operating system's own counts."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Watched:
    """A process with all that descends from it; None: one that is not ours to look at."""

    pid: int | None

    def spent_s(self) -> float | None:
        """Seconds of CPU the living and the reaped have used so far."""
        if self.pid is None:
            return None
        top = psutil.Process(self.pid)
        total = 0.0
        for process in (top, *top.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total


@dataclass(frozen=True)
class Ourselves(Watched):
    """This process alone, without what it has started."""

    pid: int | None = None

    def spent_s(self) -> float:
        return _used_s(resource.RUSAGE_SELF)


@dataclass(frozen=True)
class Ended(Watched):
    """The processes we started that have ended."""

    pid: int | None = None

    def spent_s(self) -> float:
        return _used_s(resource.RUSAGE_CHILDREN)


def _used_s(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


class Meter:
    """Adds up what each of the watched uses while it runs."""

    def __init__(self, *watched: Watched) -> None:
        self._watched = watched
        self.spent_s: list[float | None] = [0.0] * len(watched)

    @contextmanager
    def running(self) -> Iterator[None]:
        before = self._read()
        yield
        self.spent_s = [
            None if so_far is None or one is None or other is None else so_far + other - one
            for so_far, one, other in zip(self.spent_s, before, self._read(), strict=True)
        ]

    def _read(self) -> Sequence[float | None]:
        return [each.spent_s() for each in self._watched]
