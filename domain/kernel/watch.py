"""One timer over all that is under way: one for each costs more than the shortest statements."""

import asyncio
from types import TracebackType


class Watch:
    """Bounds what is done `with watch.over():`, as `asyncio.timeout` does; None: any time.

    All have the same patience, so that whoever began first runs out of it first.
    """

    def __init__(self, patience_s: float | None) -> None:
        self._patience_s = patience_s
        self._under_way: dict[_Watched, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def over(self) -> "_Watched":
        return _Watched(self)

    def begin(self, watched: "_Watched") -> None:
        if self._patience_s is None:
            return
        loop = asyncio.get_running_loop()
        watched.until = loop.time() + self._patience_s
        self._under_way[watched] = None
        if self._timer is None:
            self._timer = loop.call_at(watched.until, self._look)

    def end(self, watched: "_Watched") -> None:
        self._under_way.pop(watched, None)

    def _look(self) -> None:
        """Ends whatever is over, and comes again when the next one would be."""
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._under_way:
            oldest = next(iter(self._under_way))
            if oldest.until > loop.time():
                self._timer = loop.call_at(oldest.until, self._look)
                return
            del self._under_way[oldest]
            oldest.run_out()


class _Watched:
    """Raises `TimeoutError` in its task once it ran out, wherever that stands."""

    __slots__ = ("_cancelled", "_is_over", "_task", "_watch", "until")
    until: float

    def __init__(self, watch: Watch) -> None:
        self._watch, self._is_over = watch, False

    def run_out(self) -> None:
        self._is_over = True
        self._task.cancel()

    def __enter__(self) -> None:
        self._task: asyncio.Task[object] = asyncio.current_task()  # type: ignore[assignment] # one runs
        self._cancelled = self._task.cancelling()
        self._watch.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._watch.end(self)
        if (
            self._is_over
            and self._task.uncancel() <= self._cancelled
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error
