"""The outermost layer: a request id, a span, a log line, a cap on bodies, HEAD wherever GET is."""

import logging
import re
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from http import HTTPStatus

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars
from uuid_utils import uuid7

from api.fence.gate import told
from api.problems import unexpected
from api.sandbox.network import MOST_MEDIA_BYTES
from api.state import State
from domain.kernel.meters import REQUESTS
from domain.kernel.origins import coming_from
from domain.kernel.traces import span

log = structlog.get_logger()
REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,80}$")
MARKS = ((b"x-content-type-options", b"nosniff"),)
UPLOADS = re.compile(r"POST /v1/(imports|media|uploads)|PATCH /v1/uploads/[^/]+")
"""Routes that weigh for themselves what they read."""
SANDBOX_MEDIA = re.compile(r"POST /sandbox/v\d+/media")
MOST_FORM_BYTES = MOST_MEDIA_BYTES + 2**20
"""A file of the sandbox and what a form writes about it: all is kept before it is looked at."""


class Edge:
    def __init__(self, app: ASGIApp, *, body_max_bytes: int) -> None:
        self._app = app
        self._body_max_bytes = body_max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: State = scope["app"].state.parvis
        headers = dict(scope["headers"])
        request_id = request_id_of(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0
        meant = _meant(scope, headers)
        # HEAD is GET without its body (RFC 9110, 9.3.2): no layer below tells them apart.
        is_head = meant == "HEAD"
        inner = _as_method(scope, "GET" if is_head else meant)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                if is_head and scope["method"] != meant:
                    headers = _without_length(headers)
                message["headers"] = [*headers, *marks(state, scope, request_id)]
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        parent = headers.get(b"traceparent", b"").decode("latin-1") or None
        with (
            span(scope["method"], parent=parent, side=SpanKind.SERVER) as opened,
            coming_from(_address(scope)),
            bound_contextvars(request_id=request_id),
        ):
            try:
                await self._app(inner, self._bounded(inner, receive), answer)
            except Exception as error:
                if status:
                    raise  # what has begun cannot be answered otherwise
                await unexpected(Request(scope), error)(scope, receive, answer)
            route = getattr(inner.get("route"), "path", "other")
            # Not the path: links carry secrets in it.
            opened.update_name(f"{scope['method']} {route}")
            opened.set_attribute("http.request.method", scope["method"])
            opened.set_attribute("http.route", route)
            opened.set_attribute("http.response.status_code", status)
            opened.set_attribute("parvis.request_id", request_id)
            tell(scope, route, status, time.perf_counter() - started, request_id)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        asked = f"{scope['method']} {scope['path']}"
        if UPLOADS.fullmatch(asked):
            return receive
        is_file = SANDBOX_MEDIA.fullmatch(asked) is not None
        return _capped(receive, MOST_FORM_BYTES if is_file else self._body_max_bytes)


def marks(state: State, scope: Scope, request_id: str) -> list[tuple[bytes, bytes]]:
    """The headers that every answer carries."""
    return [(b"x-request-id", request_id.encode()), *MARKS, *told(state, scope)]


def _as_method(scope: Scope, method: str) -> Scope:
    return scope if method == scope["method"] else {**scope, "method": method}


def _without_length(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """A POST that means HEAD has an answer with no bytes, and its length is that of no bytes."""
    kept = [(name, value) for name, value in headers if name != b"content-length"]
    return [*kept, (b"content-length", b"0")]


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return None if client is None else client[0]


def _meant(scope: Scope, headers: Mapping[bytes, bytes]) -> str:
    """The method; of uploads, the one that a client means who can send no other (tus 1.0)."""
    sent: str = scope["method"]
    if sent == "POST" and scope["path"].startswith("/v1/uploads"):
        return headers.get(b"x-http-method-override", b"POST").decode("latin-1").upper()
    return sent


def tell(scope: Scope, route: str, status: int, took_s: float, request_id: str) -> None:
    """Meters and logs an answer. `route` is the route's own path: few of them, and no id in any."""
    _meter(scope["method"], route, status).observe(took_s)
    # Asked of the standard library, which remembers: structlog would make a logger to say no.
    if logging.root.isEnabledFor(logging.DEBUG):
        log.debug(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(took_s * 1000, 1),
            request_id=request_id,
        )


@lru_cache(maxsize=1000)
def _meter(method: str, route: str, status: int) -> Histogram:
    return REQUESTS.labels(method, route, status)


def _capped(receive: Receive, most: int) -> Receive:
    """Stops reading a body that weighs more than `most` bytes, whatever its headers say."""
    weight = 0

    async def weighed() -> Message:
        nonlocal weight
        message = await receive()
        weight += len(message.get("body", b""))
        if weight > most:
            # FastAPI takes whatever else is raised here for a body that it cannot read.
            told = f"A body here may weigh {most:,} bytes."
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, told)
        return message

    return weighed


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    sent = headers.get(b"x-request-id")
    return sent.decode() if sent and REQUEST_ID.match(sent) else uuid7().hex
