"""The wire under the api: how much head a request may have, and how long its client may be silent.

Uvicorn takes any head at any pace and keeps a silent connection for ever: one endless header
took a processor and all memory, a thousand silent clients every descriptor.
"""

import asyncio
import resource
from http import HTTPStatus
from typing import Any

from fastapi import Request
from uuid_utils import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import answer
from domain.kernel.errors import HeadMalformed, HeadTooLarge, ParvisError

HEAD_MAX_BYTES = 64 * 1024
HEAD_WITHIN_S = 20.0
QUIET_S = 60.0
"""Of a body that was begun, and of a connection without a request."""
LOOKS_EVERY_S = 5.0
AMPLE = 65_536
"""Descriptors."""


class Wire(HttpToolsProtocol):
    """What it reads is head until a callback says otherwise: trailers and chunks' frames too."""

    head_within_s = HEAD_WITHIN_S
    quiet_s = QUIET_S
    looks_every_s = LOOKS_EVERY_S

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._head_bytes = 0
        self._refusal: ParvisError = HeadMalformed()
        self._has_ended = False
        self._heard_at = self.loop.time()
        self._head_since: float | None = self._heard_at
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        self._looks.cancel()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio asks: does it stay open?
        """Whoever has asked and says no more may still listen: the answer is written, then it ends.

        Once an answer has begun it breaks off, as for whoever hangs up: both look alike. So they do
        before it, and a minute is all that whoever is gone costs then.
        """
        cycle = self.cycle
        self._has_ended = cycle is not None and not (cycle.more_body or cycle.response_started)
        if self._has_ended:
            cycle.keep_alive = False
        return self._has_ended and self.scheme == "http"

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > HEAD_MAX_BYTES and not self.transport.is_closing():
            self._refuse(HeadTooLarge())

    def on_message_begin(self) -> None:
        self._head_since = self._heard_at
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers are read and left: whoever looked at the head must have seen all of it.
        if self._head_since is not None:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._head_bytes > HEAD_MAX_BYTES and self._weight() > HEAD_MAX_BYTES:
            self._refusal = HeadTooLarge()
            raise self._refusal
        self._head_since, self._head_bytes = None, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._head_bytes = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._looks.cancel()
        super().handle_websocket_upgrade()

    def send_400_response(self, _: str) -> None:
        self._refuse(self._refusal)

    def _weight(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _refuse(self, error: ParvisError) -> None:
        self.transport.write(_written(error))
        self.transport.close()

    def _look_again(self) -> None:
        self._looks = self.loop.call_later(self.looks_every_s, self._look)

    def _look(self) -> None:
        if self._is_late():
            self.transport.close()
        else:
            self._look_again()

    def _is_late(self) -> bool:
        now = self.loop.time()
        if self._head_since is not None:
            return now - self._head_since > self.head_within_s
        if self._has_ended:
            return now - self._heard_at > self.quiet_s
        is_ours_to_act = self.flow.read_paused or not (
            self.cycle.more_body or self.cycle.response_complete
        )
        return not is_ours_to_act and now - self._heard_at > self.quiet_s


def _written(error: ParvisError) -> bytes:
    scope: dict[str, Any] = {"type": "http", "path": "/", "headers": [], "query_string": b""}
    response = answer(Request({**scope, "state": {"request_id": uuid7().hex}}), error)
    status = HTTPStatus(response.status_code)
    lines = [
        f"HTTP/1.1 {status} {status.phrase}".encode(),
        *(name + b": " + value for name, value in response.raw_headers),
        b"connection: close",
    ]
    return b"\r\n".join([*lines, b"", bytes(response.body)])


def take_descriptors() -> None:
    """Each connection takes one, and a shell gives a process a thousand at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = AMPLE if hard == resource.RLIM_INFINITY else min(hard, AMPLE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
