"""Completes one operation: its id, its scopes, its problems and headers, its key."""

import re
from collections.abc import Iterator
from typing import Any

from api.conditional import HEADER, LONGEST_TAG, TAG_TOLD, UNCHANGED_TOLD
from api.contract import about
from api.contract.answers import headers, refer
from api.contract.schemas import names_ids
from api.idempotency import KEY_LENGTH
from api.uploads.protocol import BYTES
from domain.kernel.caller import Scope

Json = dict[str, Any]
NEEDED = re.compile(r"Needs\b[^.;]*")
WORD = re.compile(r"`([a-z:]+)`")
KNOWN = frozenset(Scope)
OPEN_TAGS = {"health", "errors"}
"""What is told to everybody."""

KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A resend with the same key gets the first answer and changes nothing.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LENGTH,
        "examples": ["b6b1c1c4-plan-monday"],
    },
}


TAG_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": TAG_TOLD,
    "schema": {"type": "string", "maxLength": LONGEST_TAG, "examples": ['"3-9f86d081884c7d65"']},
}


def complete(path: str, method: str, operation: Json, schemas: Json) -> None:
    """Adds to what FastAPI wrote all that a reader of the contract has to know."""
    operation["operationId"] = operation_name(path, method, operation["operationId"])
    _tighten(method, operation)
    if method == "post" and not _parameter(operation, "Idempotency-Key"):
        operation.setdefault("parameters", []).append(KEY_PARAMETER)
    operation["responses"].pop("422", None)
    if method == "get" and _tells_version(operation["responses"].get("200", {}), schemas):
        operation["responses"].setdefault("304", {"description": UNCHANGED_TOLD})
        if not _parameter(operation, HEADER):
            operation.setdefault("parameters", []).append(TAG_PARAMETER)
    for status in operation["responses"]:
        _complete_answer(method, operation, status, schemas)
    ways = () if is_open(operation) else about.SECURITY_SCHEMES
    operation["security"] = [{name: scopes_of(operation)} for name in ways]
    for status in sorted(problems_of(path, method, operation, schemas)):
        operation["responses"].setdefault(str(status), refer(status))


def operation_name(path: str, method: str, found: str) -> str:
    """The function's name: FastAPI appends path and method to it."""
    return found.removesuffix(re.sub(r"\W", "_", path) + "_" + method)


def is_open(operation: Json) -> bool:
    return bool(OPEN_TAGS & set(operation["tags"]))


def scopes_of(operation: Json) -> list[str]:
    """The scopes that the description says are needed; what others add is told elsewhere in it."""
    needed = " ".join(NEEDED.findall(operation.get("description", "")))
    return [word for word in WORD.findall(needed) if word in KNOWN]


def problems_of(path: str, method: str, operation: Json, schemas: Json) -> Iterator[int]:
    """The statuses, beside success, that this operation can answer."""
    if "health" in operation["tags"]:
        return
    yield from (422, 429, 500)
    if is_open(operation):
        return
    yield from (401, 403, 503)
    body = operation.get("requestBody", {}).get("content", {})
    if "{" in path or names_ids(body, schemas):
        yield 404
    if method != "get":
        yield 409
    if body:
        yield from (400, 413, 415)
    yield from _of_files(path, operation, body)
    version = _parameter(operation, "if-match")
    if version is not None:
        yield 412
        if method == "patch":
            yield 428


def _of_files(path: str, operation: Json, body: Json) -> Iterator[int]:
    if BYTES in body:
        yield from (412, 423, 460)
    if "206" in operation["responses"]:
        yield 416
    if (operation["tags"] == ["uploads"] and "{" in path) or path == "/v1/events":
        yield 410


def _tighten(method: str, operation: Json) -> None:
    """FastAPI says that a parameter may be null; and `If-Match` has an error of its own."""
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        if "anyOf" in schema:
            parameter["schema"] = {**schema.pop("anyOf")[0], **schema}
        _ensure_short(operation, parameter)
        if parameter["in"] == "path":
            parameter.setdefault("description", _told(parameter["name"], schema))
        if parameter["name"] == "if-match":
            parameter["name"] = "If-Match"
            parameter["required"] = method == "patch"


def _told(name: str, schema: Json) -> str:
    """What an id in a path is, from its pattern."""
    start = schema.get("pattern", "").partition("[")[0].lstrip("^")
    return f"The id of the {name.removesuffix('_id').replace('_', ' ')}, `{start}…`."


def _ensure_short(operation: Json, parameter: Json) -> None:
    """An address can only be so long; what is too long must be refused by its own code."""
    schema = parameter["schema"].get("items", parameter["schema"])
    bounds = {"$ref", "enum", "const", "format", "maxLength"}
    if schema.get("type") == "string" and not bounds & schema.keys():
        raise ValueError(f"{operation['operationId']}: how long may {parameter['name']} be?")


def _parameter(operation: Json, name: str) -> Json | None:
    found = (p for p in operation.get("parameters", []) if p["name"].lower() == name.lower())
    return next(found, None)


def _complete_answer(method: str, operation: Json, status: str, schemas: Json) -> None:
    answer = operation["responses"][status]
    answer["description"] = _said(status, answer["description"])
    names = ["X-Request-Id"]
    fields = _fields(answer, schemas)
    if "page" in fields:
        names.append("Link")
        limit = _parameter(operation, "limit")
        fields["data"]["maxItems"] = limit["schema"]["maximum"] if limit else None
    if status == "304" or (status.startswith("2") and _tells_version(answer, schemas)):
        names.append("ETag")
    if status == "201":
        names.append("Location")
    if method == "post":
        names.append("Idempotent-Replayed")
    if status == "503":
        names.remove("X-Request-Id")
    answer["headers"] = {**answer.get("headers", {}), **headers(*names)}


def _tells_version(answer: Json, schemas: Json) -> bool:
    return "ETag" in answer.get("headers", {}) or "version" in _fields(answer, schemas)


def _said(status: str, found: str) -> str:
    words = {
        "200": "As it is now.",
        "201": "Made.",
        "202": "Taken on; its state tells how far it is.",
        "204": "Gone.",
    }
    return words.get(status, found) if found == "Successful Response" else found


def _fields(answer: Json, schemas: Json) -> Json:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    fields: Json = schemas.get(name, {}).get("properties", {})
    return fields
