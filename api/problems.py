"""RFC 9457 problems: one table of statuses, one form for every error."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from api.challenges import challenge, challenged, faults_of_token
from api.methods import refuse
from api.pointing import escape, is_unstorable
from api.shaped import told
from domain.kernel import errors
from domain.kernel.coded import TYPE, described_at
from domain.kernel.errors import Fault, Misfit, ParvisError
from domain.kernel.logs import redact
from domain.kernel.reaching import ENGINE_FAULTS, may_be_tried_again, reason_of
from domain.kernel.shapes import View
from domain.posts.version_shapes import ConflictView
from domain.posts.versions import PostStale

log = structlog.get_logger()

CHECKSUM_MISMATCH = 460
"""Of tus, and of no other protocol."""
STATUSES: dict[type[ParvisError], int] = {
    errors.RangeOutside: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    errors.CursorLost: HTTPStatus.GONE,
    # tus 1.0 wants these of uploads.
    errors.UploadOver: HTTPStatus.GONE,
    errors.UploadBusy: HTTPStatus.LOCKED,
    errors.ChecksumWrong: CHECKSUM_MISMATCH,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.Missing: HTTPStatus.NOT_FOUND,
    errors.MethodUnknown: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Stale: HTTPStatus.PRECONDITION_FAILED,
    errors.Conditional: HTTPStatus.PRECONDITION_REQUIRED,
    errors.HeadTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Unsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.Limited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Away: HTTPStatus.SERVICE_UNAVAILABLE,
    ParvisError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MEDIA_TYPE = "application/problem+json"
AS_IS = "identity"
PACKED = "No compressed bodies are taken here."


class FaultView(View):
    pointer: str = Field(description="JSON pointer into the body, or `/query/…`, `/path/…`.")
    code: str = Field(description="Stable code of the fault.")
    message: str = Field(description="What is wrong, for people.")


class PositionView(View):
    line: int = Field(description="Its line, from 1.")
    column: int = Field(description="Its column in characters, from 1.")
    offset: int = Field(description="How many characters of the body stand before it.")


class Problem(View):
    """What every error answers (RFC 9457)."""

    type: str = Field(description=TYPE)
    title: str = Field(description="What is wrong in general.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong this time.")
    instance: str = Field(description="The path that was asked, without secrets.")
    code: str = Field(description="Stable code; `openapi/problems.md` lists them.")
    remedy: str = Field(description="What to do about it.")
    errors: list[FaultView] = Field(description="The faults of the request, the first hundred.")
    request_id: str = Field(description="Name it when you ask for help.")
    is_retryable: bool = Field(description="Whether the same request may succeed later.")
    acting_party: str = Field(description="Who must act: developer, user or operator.")
    conflict: ConflictView | None = Field(
        default=None,
        description="Of a post that was changed meanwhile: what it said when you read it, and "
        "what it says now. Left out everywhere else.",
    )
    position: PositionView | None = Field(
        default=None,
        description="Of a body that is not JSON: where it could not be read any further. Left out "
        "everywhere else.",
    )


def install(app: FastAPI) -> None:
    """Turns every error that leaves a route into a problem."""

    @app.exception_handler(ParvisError)
    async def ours(request: Request, error: ParvisError) -> JSONResponse:
        return answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def misfit(request: Request, error: RequestValidationError) -> JSONResponse:
        found = error.errors()
        if _is_of_another_type(request, found):
            return answer(request, errors.BodyUnsupported())
        if found[0]["type"] == "json_invalid":
            return answer(request, _not_json(error.body, found[0]))
        return answer(request, from_validation(found))

    async def refused(request: Request, error: Exception) -> JSONResponse:
        if is_unstorable(error):
            return answer(request, errors.TextUnstorable())
        return unexpected(request, error)

    for fault in ENGINE_FAULTS:
        app.add_exception_handler(fault, refused)


def away(request: Request, error: Exception) -> JSONResponse:
    log.error("dependency.away", reason=reason_of(error))
    return answer(request, errors.DependencyAway())


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """What nobody foresaw: told in the log in full, and to the client not at all.

    A database that is cut off has many words for it: all of them mean that it is away.
    """
    if may_be_tried_again(error):
        return away(request, error)
    log.error("request.failed", reason=reason_of(error), exc_info=error)
    return answer(request, ParvisError())


def answer(
    request: Request,
    error: ParvisError,
    *,
    headers: Any = None,  # noqa: ANN401 - a mapping or None
) -> JSONResponse:
    """The problem of an error, with the headers its status asks for."""
    status = status_of(error)
    shown = Problem(
        type=described_at(error.code),
        title=error.title,
        status=status,
        detail=error.message,
        instance=redact(request.url.path),
        code=error.code,
        remedy=error.remedy,
        errors=[FaultView.model_validate(fault) for fault in error.faults],
        request_id=getattr(request.state, "request_id", ""),
        is_retryable=error.is_retryable,
        acting_party=error.acting_party,
        conflict=error.conflict if isinstance(error, PostStale) else None,
        position=position_of(error),
    )
    left_out = {name for name in ("conflict", "position") if getattr(shown, name) is None}
    return JSONResponse(
        shown.model_dump(mode="json", exclude=left_out),
        status,
        headers={**(headers or {}), **headers_of(error), **challenged(request, error)},
        media_type=MEDIA_TYPE,
    )


def status_of(error: ParvisError) -> int:
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def plain(request: Request, error: HTTPException) -> Response:
    """The problem behind what the framework refused by itself.

    What is raised where a body is read, it wraps.
    """
    if isinstance(error.__cause__, ParvisError):
        return answer(request, error.__cause__)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return other_method(request)
    if error.status_code == HTTPStatus.BAD_REQUEST and is_packed(request):
        return answer(request, _packed(), headers={"Accept-Encoding": AS_IS})
    return answer(request, _from_framework(request, error), headers=error.headers)


def _from_framework(request: Request, error: HTTPException) -> ParvisError:
    """The error behind a status that the framework raised, or the cap on bodies within it."""
    status = error.status_code
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return errors.BodyTooLarge(error.detail)
    if status == HTTPStatus.NOT_FOUND and request.url.path[1:].endswith("/"):
        return errors.RouteUnknown("No address here ends in a slash.")
    kinds: dict[int, type[ParvisError]] = {
        404: errors.RouteUnknown,
        405: errors.MethodUnknown,
    }
    return kinds.get(status, errors.BodyMalformed)()


def is_packed(request: Request) -> bool:
    """Whether a body says that it must be unpacked: no compressed one is taken."""
    return request.headers.get("content-encoding", AS_IS).strip().lower() != AS_IS


def _packed() -> ParvisError:
    error = errors.BodyUnsupported(PACKED)
    error.remedy = "Send the body uncompressed, without Content-Encoding."
    return error


def from_validation(found: Any) -> ParvisError:  # noqa: ANN401 - pydantic's list of dicts
    """The error behind what a validator found; a single fault with a code of ours names it."""
    faults = tuple(_fault(each) for each in found[: errors.MOST_FAULTS])
    misfit = Misfit(faults=faults)
    kind = _invalid_kinds().get(faults[0].code) if len(faults) == 1 else None
    if kind is not None:
        misfit = Misfit(faults[0].message, faults=faults)
        misfit.code, misfit.title, misfit.remedy = kind.code, kind.title, kind.remedy
    return misfit


def position_of(error: ParvisError) -> PositionView | None:
    found = error.position if isinstance(error, errors.Malformed) else None
    return None if found is None else PositionView.model_validate(found)


def _not_json(body: str, found: Any) -> ParvisError:  # noqa: ANN401 - pydantic's dict
    """The fault's place is no pointer: FastAPI gives how many characters could be read."""
    position = errors.Position.behind(body[: found["loc"][-1]])
    where = f"line {position.line}, column {position.column}"
    return errors.BodyMalformed(
        f"The body is not JSON at {where}: {found['ctx']['error']}.", position=position
    )


def _is_of_another_type(request: Request, found: Any) -> bool:  # noqa: ANN401 - as above
    """Whether a body was sent as something else than the JSON that is asked for."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = content_type == "application/json" or content_type.endswith("+json")
    return not is_json and any(fault["type"] == "model_attributes_type" for fault in found)


def other_method(request: Request) -> Response:
    """What OPTIONS asks for, and what every other method is told that is not known here."""
    methods = _methods(request)
    more = ["HEAD"] if "GET" in methods else []
    headers = {"Allow": ", ".join([*methods, *more, "OPTIONS"])}
    if request.method == "OPTIONS":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)
    return answer(request, errors.MethodUnknown(), headers=headers)


def _methods(request: Request) -> list[str]:
    """Every method of the address: the framework names those of its first route alone."""
    route = request.scope.get("route")
    if isinstance(route, APIRoute) and route.endpoint is refuse:
        return [method for method in METHODS if method not in (route.methods or ())]
    # A mounted folder that refused has moved the root to itself.
    root = request.scope.get("app_root_path", request.scope.get("root_path", ""))
    routes, scope = request.app.router.routes, {**request.scope, "root_path": root}
    if any(isinstance(route, Mount) and _takes(route, scope, "GET") for route in routes):
        return ["GET"]
    return [method for method in METHODS if any(_takes(each, scope, method) for each in routes)]


def _takes(route: BaseRoute, scope: Scope, method: str) -> bool:
    return route.matches({**scope, "method": method})[0] is Match.FULL


def _fault(found: dict[str, Any]) -> Fault:
    place, *rest = found["loc"] or ("body",)
    if place == "header":
        # The framework names them in small letters, unlike the contract.
        rest = [str(name).title() for name in rest]
    path = rest if place == "body" else [place, *rest]
    pointer = "".join(f"/{escape(step)}" for step in path)
    return Fault(pointer, found["type"], told(found))


def _invalid_kinds() -> dict[str, type[ParvisError]]:
    return {kind.code: kind for kind in errors.Invalid.__subclasses__()}


def headers_of(error: ParvisError) -> dict[str, str]:
    told = faults_of_token(error)
    if told is not None:
        return {"WWW-Authenticate": challenge(*told)}
    if isinstance(error, errors.RangeOutside):
        return {"Content-Range": f"bytes */{error.size_bytes}"}
    if isinstance(error, errors.Limited) and error.until is not None:
        wait = (error.until - datetime.now(UTC)).total_seconds()
        return {"Retry-After": str(max(1, round(wait)))}
    if error.is_retryable:
        return {"Retry-After": "1"}
    return {}
