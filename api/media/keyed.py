"""The Idempotency-Key of an upload: the content's digest stands for the body, whose edges vary."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus

from fastapi import Response
from sqlmodel.ext.asyncio.session import AsyncSession

from api.idempotency import KEPT_HEADERS, REPLAYED
from api.paging import located, tag
from domain.identity.answers import Answer, keep_answer, kept_answer
from domain.kernel.caller import Caller
from domain.kernel.changes import digest
from domain.kernel.sealing import KeyRing
from domain.kernel.shapes import Command
from domain.media.shapes import MediaView
from domain.uploads.shapes import UploadView

Numbered = MediaView | UploadView


async def keyed(
    session: AsyncSession,
    caller: Caller,
    key: str | None,
    command: Command,
    add: Callable[[], Awaitable[Numbered]],
    *,
    path: str,
    keys: KeyRing,
    now: datetime,
) -> Response:
    """Adds a thing to the list at `path`, or gives the answer that this key got before."""
    if key is None:
        return _response(_answer(await add(), path))
    asked = digest(command)
    kept = await kept_answer(session, caller, key, asked, keys=keys)
    if kept is not None:
        replayed = _response(kept)
        replayed.headers[REPLAYED] = "true"
        return replayed
    answer = _answer(await add(), path)
    await keep_answer(session, caller, key, asked, answer, keys=keys, now=now)
    return _response(answer)


def _answer(view: Numbered, path: str) -> Answer:
    response = Response(view.model_dump_json(), HTTPStatus.CREATED, media_type="application/json")
    tag(response, view.version)
    located(response, path, view)
    headers = {name: response.headers[name] for name in KEPT_HEADERS}
    return Answer(response.status_code, headers, bytes(response.body))


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)
