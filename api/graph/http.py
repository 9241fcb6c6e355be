"""/graphql over HTTP, as the GraphQL over HTTP specification asks (read on 2026-11-22).

    a request that is none                  400, 415          either media type
    GET with a mutation                     405               either media type
    document or variables that do not fit   400               application/graphql-response+json
                                            200               application/json
    executed, with errors or without        200               either media type

A refused request has no `data`. Without a token everything is 401, introspection too.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request, Response
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType

from api.graph.context import Context
from api.graph.documents import Document, Documents, Refused, cost_of
from api.graph.engine import execute
from api.graph.errors import request_error, show
from api.graph.guard import cost_shown
from api.graph.persisted import Persisted
from api.graph.requests import (
    RESPONSE_JSON,
    Asked,
    Unreadable,
    read_request,
    wanted_type,
)
from api.graph.schema import core
from api.idempotency import KEY_HEADER, REPLAYED
from api.parameters import refuse_repeated
from api.state import state_of
from domain.kernel.errors import ParvisError

documents = Documents(core)
persisted = Persisted()
COST_PER_REQUEST = 100
"""Points of cost that count as one request against the limits."""


async def answer(request: Request) -> Response:
    """One operation a request."""
    state = state_of(request)
    caller = await state.tokens.caller(request.headers.get("authorization"), request.scope)
    media_type = wanted_type(request)
    try:
        refuse_repeated(request)
        asked = await read_request(request)
        document, operation = _prepared(request, asked)
        cost = cost_of(core, document, operation, asked.variables)
        state.allowances.charge(request.scope, caller, cost // COST_PER_REQUEST)
    except Unreadable as error:
        return _refused([request_error(error)], media_type, error.status)
    except ParvisError as error:
        return _refused([request_error(error)], media_type, _status(media_type))
    except Refused as refused:
        return _refused(refused.errors, media_type, _status(media_type))
    context = Context(
        state,
        caller,
        now=caller.moment(datetime.now(UTC)),
        idempotency_key=request.headers.get(KEY_HEADER),
        prefer=request.headers.get("prefer"),
    )
    try:
        result = await execute(document, operation, asked.variables, context)
    finally:
        await context.close()
    return _answered(result, cost, media_type, is_replayed=context.is_replayed)


def _prepared(request: Request, asked: Asked) -> tuple[Document, OperationDefinitionNode]:
    text = persisted.text_of(asked)
    document = documents.find(text)
    persisted.keep(asked, text)
    operation = document.operation(asked.operation_name)
    if request.method == "GET" and operation.operation is not OperationType.QUERY:
        raise Unreadable("Send mutations by POST.", HTTPStatus.METHOD_NOT_ALLOWED)
    return document, operation


def _status(media_type: str) -> HTTPStatus:
    return HTTPStatus.BAD_REQUEST if media_type == RESPONSE_JSON else HTTPStatus.OK


def _refused(errors: Sequence[GraphQLError], media_type: str, status: HTTPStatus) -> Response:
    headers = {"Allow": "POST"} if status is HTTPStatus.METHOD_NOT_ALLOWED else None
    body = {"errors": [show(error) for error in errors]}
    return _response(body, media_type, status, headers)


def _answered(
    result: ExecutionResult, cost: int, media_type: str, *, is_replayed: bool
) -> Response:
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [show(error) for error in result.errors]
    body["extensions"] = {"cost": cost_shown(cost)}
    headers = {REPLAYED: "true"} if is_replayed else None
    return _response(body, media_type, HTTPStatus.OK, headers)


def _response(
    body: dict[str, Any], media_type: str, status: HTTPStatus, headers: dict[str, str] | None
) -> Response:
    return Response(
        msgspec.json.encode(body), status, headers, media_type=f"{media_type}; charset=utf-8"
    )
