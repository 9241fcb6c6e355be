"""The short way in: the hottest reads before FastAPI, with all that every answer carries.

Through FastAPI and its layers such a read costs twice what PostgreSQL takes for it. What is not
understood here, every refusal and all trouble go the long way, which says the same at more length.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api.answer import Answer
from api.edge import marks, request_id_of, tell
from api.mentions import fast as mentions
from api.mentions.hot import PATH
from api.metrics import fast as metrics
from api.posts import fast as entries
from api.repeats import UNCHANGED, Repeats, Unchanged
from api.state import State
from api.tokens import HOLDS_UNTIL
from domain.kernel.errors import ParvisError
from domain.kernel.reaching import ENGINE_FAULTS

Sent = Mapping[bytes, bytes]
Read = Callable[[State, Scope, Sent], Awaitable[Answer | None]]
"""None for what it does not understand."""

LONG = frozenset({b"origin", b"traceparent"})
"""A browser of another origin and a trace are served by the layers of the long way."""


class Front(FastAPI):
    def __init__(self, *given: Any, **how: Any) -> None:  # noqa: ANN401 - as FastAPI's
        super().__init__(*given, **how)
        self.repeats = Repeats()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            route, read = _way(scope["path"])
            if read is not None and await self._answers(scope, send, route, read):
                return
        await super().__call__(scope, receive, send)

    async def _answers(self, scope: Scope, send: Send, route: str, read: Read) -> bool:
        sent = dict(scope["headers"])
        # What is sent twice is understood in one place alone: here the last would count.
        if len(sent) != len(scope["headers"]):
            return False
        state: State = self.state.parvis
        is_traced = state.settings.otlp_endpoint
        if b"authorization" not in sent or not LONG.isdisjoint(sent) or is_traced:
            return False
        started = time.perf_counter()
        try:
            answer = await read(state, scope, sent)
        except (ParvisError, *ENGINE_FAULTS):
            return False
        if answer is None:
            return False
        request_id = request_id_of(sent)
        if answer.version is not None and b"x-request-id" not in sent:
            scope["state"][UNCHANGED] = _unchanged(scope, route, answer, answer.version)
        headers = [*answer.headers, *marks(state, scope, request_id)]
        if answer.status == 200:
            headers.append((b"content-length", b"%d" % len(answer.body)))
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})
        tell(scope, route, answer.status, time.perf_counter() - started, request_id)
        return True


def _unchanged(scope: Scope, route: str, answer: Answer, version: int) -> Unchanged:
    kept, state = {name: scope[name] for name in ("method", "path")}, scope["state"]
    return Unchanged(kept, route, state["caller"], state[HOLDS_UNTIL], version, answer.headers)


def _way(path: str) -> tuple[str, Read | None]:
    """The route, as meters call it, and what answers there."""
    if path == PATH:
        return PATH, mentions.read_list
    if path.startswith(mentions.ONE):
        return mentions.ITEM, mentions.read_one
    if path == metrics.PATH:
        return metrics.PATH, metrics.read_again
    if path == entries.PATH:
        return entries.PATH, entries.read_again
    return path, None
