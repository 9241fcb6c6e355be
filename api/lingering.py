"""Reads on, for a while, what a client still sends of a body after its answer.

Who closes a connection while bytes arrive on it resets it, and the answer is lost with it before
its client has read it (RFC 9112, 9.6). Where the connection stays open the server drops the rest.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LASTS_S = 30.0
QUIET_S = 2.0
"""Who sends nothing for so long waits for us, to close."""
MOST_BYTES = 256 * 2**20
BARE = frozenset({"GET", "HEAD"})


class Lingering:
    def __init__(
        self, app: ASGIApp, *, quiet_s: float = QUIET_S, most_bytes: int = MOST_BYTES
    ) -> None:
        self._app = app
        self._quiet_s = quiet_s
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in BARE or not _closes_on_body(scope):
            await self._app(scope, receive, send)
            return
        is_left, is_withheld = True, False

        async def watched() -> Message:
            nonlocal is_left
            message = await receive()
            is_left = message.get("more_body", False)
            return message

        async def unended(message: Message) -> None:
            nonlocal is_withheld
            is_end = message["type"] == "http.response.body" and not message.get("more_body")
            is_withheld = is_end and is_left
            await send({**message, "more_body": True} if is_withheld else message)

        await self._app(scope, watched, unended)
        # Nothing of the route's is held any more.
        if is_withheld:
            if is_left:
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


def _closes_on_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return _is_last(scope, headers) and _brings_body(headers)


def _is_last(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    said = headers.get(b"connection", b"").lower()
    return b"close" in said or (scope["http_version"] == "1.0" and b"keep-alive" not in said)


def _brings_body(headers: Mapping[bytes, bytes]) -> bool:
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
