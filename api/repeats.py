"""Questions that come again word for word: answered as they arrive, while the answer is 304.

Whoever asks again whether anything is new sends the very bytes of before. While the workspace's
version stays, what was 304 for them is 304 again. Whether the token holds, what it may still ask
and the version are looked at each time, the request is not: reading it costs more than all of that.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from starlette.types import Scope
from uuid_utils import uuid7

from api.answer import Headers
from api.edge import marks, tell
from api.state import State
from domain.kernel.caller import Caller
from domain.kernel.errors import RateExceeded

MOST_KEPT = 1000
LONGEST_KEPT = 4000
UNCHANGED = "unchanged"
"""Where in the state of a request its answer is found, if it may be repeated."""

Told = Callable[[Headers | None], None]
"""Takes the headers of the 304; None: the request must be read."""


class Unchanged(NamedTuple):
    """What was asked and answered 304, by whom, and the workspace's version then."""

    scope: Scope
    route: str
    caller: Caller
    until: float
    """When their token is to be checked again."""
    version: int
    headers: Headers


class Repeats:
    """What one process has answered 304, by the bytes it was asked in and where they came from."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], Unchanged] = {}

    def keep(self, peer: str, asked: bytes, unchanged: Unchanged) -> None:
        if len(asked) > LONGEST_KEPT:
            return
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[peer, asked] = unchanged

    def ask(self, state: State, peer: str, asked: bytes, told: Told) -> bool:
        """Whether it was asked before, by a token that still holds; then `told` is called soon."""
        known = self._known.get((peer, asked))
        if known is None or known.until <= time.monotonic():
            return False
        version = state.versions.current(known.caller.workspace_id)
        version.add_done_callback(partial(_answer, state, known, told, time.perf_counter()))
        return True


def _answer(
    state: State, known: Unchanged, told: Told, started: float, version: asyncio.Future[int]
) -> None:
    if version.cancelled() or version.exception() or version.result() != known.version:
        told(None)
        return
    scope: dict[str, Any] = {**known.scope, "state": {}}
    try:
        state.allowances.spend_caller(scope, known.caller)
    except RateExceeded:
        told(None)
        return
    request_id = uuid7().hex
    told([*known.headers, *marks(state, scope, request_id)])
    tell(scope, known.route, 304, time.perf_counter() - started, request_id)
