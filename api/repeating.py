"""The wire that answers again by what was 304 before: see `api/repeats.py`."""

import asyncio

from api.answer import Headers
from api.front import Front
from api.repeats import UNCHANGED
from api.wire import Wire

SOON_S = 0.1


class Repeating(Wire):
    """One request at a time is looked up by its bytes; whatever else comes is read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._front: Front = self.config.app  # type: ignore[assignment]  # what has this wire
        self._peer = self.client[0] if self.client else ""
        self._question: bytes | None = None
        """What was read last, as long as it may be one request from its first byte to its last."""
        self._begun = 0
        self._is_within = False
        self._asked: bytes | None = None
        """What is answered by its bytes as soon as the version is known."""
        self._behind = b""

    def data_received(self, data: bytes) -> None:
        if self._asked is not None:
            self.flow.pause_reading()
            self._behind += data
            return
        is_next = not self._is_within and (self.cycle is None or self.cycle.response_complete)
        self._question, self._begun = data if is_next else None, 0
        if not (is_next and self._is_known(data)):
            super().data_received(data)

    def on_message_begin(self) -> None:
        self._begun, self._is_within = self._begun + 1, True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._is_within = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        is_whole = self._begun == 1 and not self._is_within
        # With another request behind it there is no question, and the cycle would be that one's.
        if self._question is not None and is_whole and self.cycle.keep_alive:
            unchanged = self.cycle.scope["state"].get(UNCHANGED)
            if unchanged is not None:
                self._front.repeats.keep(self._peer, self._question, unchanged)
        super().on_response_complete()

    def eof_received(self) -> bool:  # type: ignore[override]  # as the wire's
        if self._asked is None:
            return super().eof_received()
        self._has_ended = True
        return self.scheme == "http"

    def shutdown(self) -> None:
        if self._asked is None:
            super().shutdown()
        else:
            self._has_ended = True

    def timeout_keep_alive_handler(self) -> None:
        """What is answered by its bytes winds no clock: whether there was any is seen here."""
        left_s = self._heard_at + self.timeout_keep_alive - self.loop.time()
        if left_s > 0 or self._asked is not None:
            self.timeout_keep_alive_task = self.loop.call_later(
                max(left_s, SOON_S), self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    def repeat(self, headers: Headers) -> None:
        """Answers 304."""
        lines = [b"HTTP/1.1 304 Not Modified"]
        for name, value in (*self.server_state.default_headers, *headers):
            lines.append(name + b": " + value)
        if self._has_ended and not self._behind:
            lines.append(b"connection: close")
        self.transport.write(b"\r\n".join([*lines, b"\r\n"]))
        self.server_state.total_requests += 1

    def _is_known(self, data: bytes) -> bool:
        """Whether it is answered by its bytes.

        A connection's first request is read in any case, and whatever comes from a client who
        takes no answers in: its answer waits until they do.
        """
        if self.cycle is None or self.flow.write_paused:
            return False
        self._heard_at, self._asked = self.loop.time(), data
        if self._front.repeats.ask(self._front.state.parvis, self._peer, data, self._tell):
            return True
        self._asked = None
        return False

    def _tell(self, headers: Headers | None) -> None:
        asked, self._asked = self._asked or b"", None
        if self.transport.is_closing():
            return
        if headers is None:
            super().data_received(asked)
        else:
            self.repeat(headers)
        if self._behind:
            behind, self._behind = self._behind, b""
            self.flow.resume_reading()
            self.data_received(behind)
        if self._has_ended and self._asked is None:
            super().shutdown()

    def _is_late(self) -> bool:
        return self._asked is None and super()._is_late()
