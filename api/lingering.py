"""Reads on, for a while, what a client still sends of a body after its answer; then it closes.

Who closes a connection while bytes arrive on it resets it, and the answer is lost with it before
its client has read it (RFC 9112, 9.6). Where the connection stays open, the server drops the rest
however much it is; so it stays only where the client said that little is to come.
"""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LASTS_S = 30.0
QUIET_S = 2.0
"""Who sends nothing for so long waits for us, to close."""
MOST_BYTES = 256 * 2**20
LITTLE_BYTES = 2**20
"""What may be dropped so that a connection stays: sending it costs less than a new one."""
BODIES = frozenset({b"content-length", b"transfer-encoding"})
ENDING = (b"connection", b"close")


class Lingering:
    def __init__(
        self, app: ASGIApp, *, quiet_s: float = QUIET_S, most_bytes: int = MOST_BYTES
    ) -> None:
        self._app = app
        self._quiet_s = quiet_s
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not any(name in BODIES for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        body = _Body(scope)

        async def watched() -> Message:
            message = await receive()
            body.note(message)
            return message

        is_withheld = False

        async def unended(message: Message) -> None:
            nonlocal is_withheld
            if message["type"] == "http.response.start":
                await send(body.announced(message))
                return
            is_end = message["type"] == "http.response.body" and not message.get("more_body")
            is_withheld = is_end and body.is_left and body.is_last
            await send({**message, "more_body": True} if is_withheld else message)

        await self._app(scope, watched, unended)
        # Nothing of the route's is held any more.
        if is_withheld:
            if body.is_left:
                await self._read_on(receive)
            await send({"type": "http.response.body", "body": b""})

    async def _read_on(self, receive: Receive) -> None:
        """Until the body's end, and no longer than is good for the others."""
        read = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LASTS_S):
                while read < self._most_bytes:
                    async with asyncio.timeout(self._quiet_s):
                        message = await receive()
                    read += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return


class _Body:
    """What is still to come of a request's body, and whether its connection closes after it."""

    def __init__(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        is_told = b"transfer-encoding" not in headers and length.isdigit()
        self._to_come = int(length) if is_told else None
        self.is_left = self._to_come != 0
        said = headers.get(b"connection", b"").lower()
        is_old = scope["http_version"] == "1.0" and b"keep-alive" not in said
        self.is_last = is_old or b"close" in said

    def note(self, message: Message) -> None:
        self.is_left = message.get("more_body", False)
        if self._to_come is not None:
            self._to_come -= len(message.get("body", b""))

    def announced(self, message: Message) -> Message:
        """The head of the answer, which says so when the connection closes for the rest's sake."""
        if self.is_last or not self.is_left:
            return message
        if self._to_come is not None and self._to_come <= LITTLE_BYTES:
            return message
        self.is_last = True
        return {**message, "headers": [*message.get("headers", ()), ENDING]}
