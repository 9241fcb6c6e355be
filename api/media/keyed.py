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
from domain.media.shapes import AddMedia, MediaView


async def keyed(
    session: AsyncSession,
    caller: Caller,
    key: str | None,
    command: AddMedia,
    add: Callable[[], Awaitable[MediaView]],
    *,
    keys: KeyRing,
    now: datetime,
) -> Response:
    """Adds the file, or gives the answer that a request with this key got before."""
    if key is None:
        return _response(_answer(await add()))
    asked = digest(command)
    kept = await kept_answer(session, caller, key, asked, keys=keys)
    if kept is not None:
        replayed = _response(kept)
        replayed.headers[REPLAYED] = "true"
        return replayed
    answer = _answer(await add())
    await keep_answer(session, caller, key, asked, answer, keys=keys, now=now)
    return _response(answer)


def _answer(view: MediaView) -> Answer:
    response = Response(view.model_dump_json(), HTTPStatus.CREATED, media_type="application/json")
    tag(response, view.version)
    located(response, "/v1/media", view)
    headers = {name: response.headers[name] for name in KEPT_HEADERS}
    return Answer(response.status_code, headers, bytes(response.body))


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers)
