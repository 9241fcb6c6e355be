"""GraphQL requests over HTTP as they arrive: what is asked, and in which form to answer."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request

from api.problems import PACKED, is_packed
from domain.kernel.errors import Position, QueryMalformed
from domain.kernel.keys import KeyRepeated, read_once, told

RESPONSE_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"


class Unreadable(QueryMalformed):
    """The request is no GraphQL request; `status` is its answer's whatever it accepts."""

    def __init__(
        self,
        message: str,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        *,
        position: Position | None = None,
    ) -> None:
        super().__init__(message, position=position)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    query: str | None
    variables: dict[str, Any]
    operation_name: str | None
    extensions: dict[str, Any]


def wanted_type(request: Request) -> str:
    """The media type to answer in: the newer one only where it is asked for by name."""
    best, chosen = 0.0, PLAIN_JSON
    for part in request.headers.get("accept", "").split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = _weight(parameters)
        if name in {RESPONSE_JSON, PLAIN_JSON} and weight > best:
            best, chosen = weight, name
    return chosen


def wants_page(request: Request) -> bool:
    """Whether a browser came to look."""
    is_plain_get = request.method == "GET" and "query" not in request.query_params
    return is_plain_get and "text/html" in request.headers.get("accept", "")


async def read_request(request: Request) -> Asked:
    """Raises `Unreadable`."""
    given = _from_url(request) if request.method == "GET" else await _from_body(request)
    return Asked(
        _or_none(given, "query", str) or None,
        _or_none(given, "variables", dict) or {},
        _or_none(given, "operationName", str),
        _or_none(given, "extensions", dict) or {},
    )


def _weight(parameters: list[str]) -> float:
    sent = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return float(sent)
    except ValueError:
        return 0.0


def _from_url(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _decode(given[name].encode(), f"`{name}`")
        else:
            given.pop(name, None)
    return given


async def _from_body(request: Request) -> dict[str, Any]:
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    if kind.strip() != PLAIN_JSON:
        raise Unreadable("Send the request as application/json.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    charset = [p.partition("=")[2].strip(' "') for p in parameters if "charset" in p]
    if charset and charset[0] not in {"utf-8", "utf8"}:
        raise Unreadable("Send the request in UTF-8.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if is_packed(request):
        raise Unreadable(PACKED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    given = _decode(await request.body(), "The body")
    if isinstance(given, list):
        raise Unreadable("Send one operation a request; batches are not taken.")
    if not isinstance(given, dict):
        raise Unreadable("The body must be a JSON object.")
    return given


def _decode(raw: bytes, what: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        found = msgspec.json.decode(raw)
        read_once(raw)
    except KeyRepeated as error:
        raise Unreadable(told(error)) from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Unreadable(f"{what} is not JSON in UTF-8.", position=_position(raw)) from None
    return found


def _position(raw: bytes) -> Position | None:
    """Where it is no JSON, as REST says it; None where it is not even UTF-8, or of huge numbers."""
    try:
        json.loads(raw)
    except json.JSONDecodeError as error:
        return Position.behind(error.doc[: error.pos])
    except (ValueError, RecursionError):
        return None
    return None


def _or_none(given: dict[str, Any], name: str, kind: type) -> Any:  # noqa: ANN401 - as asked
    value = given.get(name)
    if value is not None and not isinstance(value, kind):
        shape = "text" if kind is str else "an object"
        raise Unreadable(f"`{name}` must be {shape} or null.")
    return value
