"""How the sandbox network goes wrong when it was told to, once the transaction is closed."""

import asyncio
from contextlib import suppress
from math import ceil

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from domain.sandbox.rules import FaultKind

_ANSWERS = {
    FaultKind.TIMEOUT_BEFORE: (504, "timeout"),
    FaultKind.TIMEOUT_AFTER_SUCCESS: (504, "timeout"),
    FaultKind.SERVER_ERROR: (500, "server_error"),
    FaultKind.SERVER_ERROR_AFTER_SUCCESS: (500, "server_error"),
    FaultKind.RATE_LIMITED: (429, "rate_limited"),
    FaultKind.EXPIRED_TOKEN: (401, "token_expired"),
    FaultKind.REVOKED_TOKEN: (401, "token_invalid"),
    FaultKind.REFUSED: (422, "content_refused"),
}
_LONGEST_LOOK_S = 0.1


class CutOff(Response):
    """Half an answer: more bytes are announced than come, and the connection closes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        head = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b'{"id":', "more_body": True})


def error(status: int, code: str, message: str, **headers: str) -> JSONResponse:
    """The one form of the network's errors."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse({"error": {"code": code, "message": message}}, status, named)


async def go_wrong(request: Request, kind: FaultKind, seconds: float) -> Response:
    """What the caller gets instead of an answer."""
    if kind in {FaultKind.RESET_BEFORE, FaultKind.RESET_AFTER_SUCCESS}:
        return CutOff()
    if kind == FaultKind.TRUNCATED_AFTER_SUCCESS:
        # Whole for HTTP; what it carries ends in the middle.
        return Response(b'{"id":', media_type="application/json")
    if kind in {FaultKind.TIMEOUT_BEFORE, FaultKind.TIMEOUT_AFTER_SUCCESS}:
        await _hold(request, seconds)
    status, code = _ANSWERS[kind]
    headers = {"retry_after": str(ceil(seconds))} if kind == FaultKind.RATE_LIMITED else {}
    return error(status, code, "This was asked for.", **headers)


async def _hold(request: Request, seconds: float) -> None:
    """Keeps the caller waiting, until it hangs up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not await request.is_disconnected():  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(min(seconds, _LONGEST_LOOK_S))
