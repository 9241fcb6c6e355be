"""Where in what was sent the wrong thing stands, for errors that know what and not where.

A service looks for an id whoever named it, the path, the body or a stored row; and PostgreSQL says
only that some text cannot be kept. The request itself tells the place.
"""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from asyncpg import PostgresError
from fastapi import Request, Response
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import FormData

from api.keys import once
from domain.kernel.errors import (
    MOST_FAULTS,
    BodyMalformed,
    Fault,
    NotFound,
    ParvisError,
    TextUnstorable,
)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
UNSTORABLE = "\0"


def pointing(handle: Handler) -> Handler:
    """The same handler; its errors say of each place of query and body that they are about."""

    async def pointed(request: Request) -> Response:
        request = once(request)
        try:
            return await handle(request)
        except ParvisError as error:
            await _point(request, error)
            raise
        except (DBAPIError, PostgresError) as error:
            if not is_unstorable(error):
                raise
            unstorable = TextUnstorable()
            await _point(request, unstorable)
            raise unstorable from None

    return pointed


def is_unstorable(error: Exception) -> bool:
    """Whether PostgreSQL refused a text for the character U+0000 in it."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return getattr(origin, "sqlstate", None) in {"22021", "22P05"}


async def _point(request: Request, error: ParvisError) -> None:
    if _is_meant(error) is not None:
        query = dict(request.query_params)
        point_into(error, {**(await _body(request)), **({"query": query} if query else {})})


def point_into(error: ParvisError, sent: object) -> None:
    """Adds a fault for each place of what was sent that the error is about."""
    is_meant = _is_meant(error)
    if is_meant is not None:
        error.faults = tuple(
            Fault(place, error.code, error.message)
            for place in islice(_places(sent, is_meant), MOST_FAULTS)
        )


def _is_meant(error: ParvisError) -> Callable[[str], bool] | None:
    """Whether a text that was sent is what an error is about; None where no text can be."""
    if isinstance(error, TextUnstorable):
        return lambda text: UNSTORABLE in text
    if isinstance(error, NotFound) and error.ids:
        missing = {id_.hex for id_ in error.ids}
        return lambda text: text.rpartition("_")[2] in missing
    return None


async def _body(request: Request) -> dict[str, object]:
    """What a route has read already: asked for again, it is as it was."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    found: object = None
    if content_type == "application/json" or content_type.endswith("+json"):
        with suppress(ValueError, BodyMalformed):
            found = await request.json()
    elif content_type == "multipart/form-data":
        found = await request.form()
    return dict(found) if isinstance(found, dict | FormData) else {}


def _places(sent: object, is_meant: Callable[[str], bool], at: str = "") -> Iterator[str]:
    """JSON pointers to the texts that are meant."""
    if isinstance(sent, str) and is_meant(sent):
        yield at
    elif isinstance(sent, Mapping):
        for name, each in sent.items():
            yield from _places(each, is_meant, f"{at}/{escape(name)}")
    elif isinstance(sent, list):
        for place, each in enumerate(sent):
            yield from _places(each, is_meant, f"{at}/{place}")


def escape(step: object) -> str:
    """A step of a JSON pointer (RFC 6901, 3)."""
    return str(step).replace("~", "~0").replace("/", "~1")
