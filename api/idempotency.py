"""The Idempotency-Key header: a resend gets the first answer and changes nothing."""

import hashlib
import json
from datetime import datetime
from typing import Annotated

from fastapi import Header, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from api.state import state_of
from domain.identity.answers import Answer, keep_answer, kept_answer
from domain.kernel.caller import Caller
from domain.kernel.errors import Fault, Misfit

KEY_HEADER = "idempotency-key"
KEY_LENGTH = 255
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("content-type", "location", "etag")
KeyDep = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=KEY_LENGTH,
        description="A resend with the same key gets the first answer and changes nothing.",
    ),
]


async def replay(
    session: AsyncSession, caller: Caller, key: str, request: Request
) -> Response | None:
    """The answer this key got before, None when it is new."""
    if not 0 < len(key) <= KEY_LENGTH:
        fault = Fault("/header/Idempotency-Key", "string_length", f"1 to {KEY_LENGTH} characters.")
        raise Misfit(faults=(fault,))
    keys = state_of(request).keys
    kept = await kept_answer(session, caller, key, await _digest(request), keys=keys)
    if kept is None:
        return None
    return Response(kept.body, kept.status, {**kept.headers, REPLAYED: "true"})


async def remember(
    session: AsyncSession,
    caller: Caller,
    key: str,
    request: Request,
    response: Response,
    *,
    now: datetime,
) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    answer = Answer(response.status_code, headers, bytes(response.body))
    asked, keys = await _digest(request), state_of(request).keys
    await keep_answer(session, caller, key, asked, answer, keys=keys, now=now)


async def _digest(request: Request) -> bytes:
    asked = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(asked.encode() + _in_one_way(await request.body())).digest()


def _in_one_way(body: bytes) -> bytes:
    """JSON by name and without blanks: who writes a request anew may do it in another order."""
    try:
        return json.dumps(json.loads(body), separators=(",", ":"), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body
