"""Everything in both contracts is described: operations, parameters, fields, types and scopes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
)

from api.cli.export import defaults
from api.contract.describe import operations
from api.contract.operations import is_open, scopes_of
from api.graph.schema import core
from api.main import create_app
from domain.kernel.caller import Scope
from domain.kernel.words import TOLD

Json = dict[str, Any]
ANY_TOKEN = {
    "list_networks": "manifests are the same for every workspace",
    "get_network": "as above",
    "get_me": "whoever holds a token may know what it is",
    "list_expert_requests": "the scope follows the kind of what they are about",
    "create_expert_request": "as above",
    "get_expert_request": "as above",
    "remind_expert": "as above",
    "withdraw_expert_request": "as above",
    "list_api_keys": "a member's own; all with `administration`",
    "get_api_key": "as above",
    "revoke_api_key": "as above",
    "create_api_key": "a member's own, able to do no more than the token that makes it",
    "list_tokens": "those that act for the member; all with `administration`",
    "get_token": "as above",
    "revoke_token": "as above",
    "list_grants": "what the member let in; all with `administration`",
    "get_grant": "as above",
    "revoke_grant": "as above",
}
"""Operations that ask for a token and for no scope, each with its reason."""


OF_NULL = re.compile(r"\b(null|nothing|nobody|none)\b", re.IGNORECASE)
UTM = {f"UtmView.{each}" for each in ("source", "medium", "campaign", "term", "content")}
"""What they are called in an address says it all."""
SHOWING = {"$ref", "examples", "enum"}
PLAIN = {"boolean", "integer"}
OPAQUE = {"cursor", "If-None-Match", "Idempotency-Key", "known_hash"}
"""What clients send as they were given it, or make up."""


@pytest.fixture(scope="module")
def document() -> Json:
    return create_app(defaults()).openapi()


def untold(document: Json) -> Iterator[str]:
    """What of the contract of REST is not described."""
    for path, method, operation in operations(document):
        place = f"{method.upper()} {path}"
        if not operation.get("summary"):
            yield f"{place}: summary"
        if not operation.get("description", "").rstrip().endswith("."):
            yield f"{place}: description"
        for parameter in operation.get("parameters", []):
            if not parameter.get("description", "").endswith("."):
                yield f"{place}: {parameter['name']}"
            yield from _untold_fields(f"{place}: {parameter['name']}", parameter.get("schema"))
    for name, schema in document["components"]["schemas"].items():
        yield from _untold_fields(name, schema)


def unshown(document: Json) -> Iterator[str]:
    """Parameters of which nobody sees what they look like: no example, words or default."""
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            found = (parameter["schema"], parameter["schema"].get("items", {}))
            is_shown = any(
                SHOWING & each.keys() or each.get("type") in PLAIN or each.get("default")
                for each in found
            )
            if not is_shown and parameter["name"] not in OPAQUE:
                yield f"{operation['operationId']}: {parameter['name']}"


def _untold_fields(place: str, schema: object) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _untold_fields(place, each)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("enum"), list):
        told = dict(zip(schema["enum"], schema.get(TOLD, ()), strict=False))
        yield from (f"{place}: {w}" for w in schema["enum"] if not told.get(w, "").endswith("."))
    for name, field in schema.get("properties", {}).items():
        if not field.get("description"):
            yield f"{place}.{name}"
    for name, each in schema.items():
        if name not in {"example", "examples", "default"}:
            yield from _untold_fields(place, each)


def unsaid_nulls(document: Json) -> Iterator[str]:
    """Fields of views that may be null and do not say what that means."""
    for name, schema in document["components"]["schemas"].items():
        for field, each in schema.get("properties", {}).items():
            may_be_null = {"type": "null"} in each.get("anyOf", ())
            if name.endswith("View") and may_be_null and not OF_NULL.search(each["description"]):
                yield f"{name}.{field}"


def without_scope(document: Json) -> set[str]:
    """Operations that ask for a token and name no scope."""
    return {
        operation["operationId"]
        for _, _, operation in operations(document)
        if not is_open(operation) and not scopes_of(operation)
    }


def untold_in_graph(schema: GraphQLSchema) -> Iterator[str]:
    """What of the graph is not described."""
    for name, kind in schema.type_map.items():
        if name.startswith("__") or (isinstance(kind, GraphQLScalarType) and name in BUILT_IN):
            continue
        if not kind.description:
            yield name
        if isinstance(kind, GraphQLEnumType):
            yield from (
                f"{name}.{word}"
                for word, each in kind.values.items()
                if not each.description or each.description == f"`{each.value}` in REST."
            )
        if isinstance(kind, GraphQLInputObjectType):
            yield from (
                f"{name}.{field}" for field, each in kind.fields.items() if not each.description
            )
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, each in kind.fields.items():
                if not each.description:
                    yield f"{name}.{field}"
                yield from (
                    f"{name}.{field}({argument})"
                    for argument, one in each.args.items()
                    if not one.description
                )


BUILT_IN = {"ID", "String", "Int", "Float", "Boolean"}


def test_the_contract_of_rest_describes_everything(document: Json) -> None:
    assert list(untold(document)) == []


def test_every_field_that_may_be_null_says_what_that_means(document: Json) -> None:
    assert set(unsaid_nulls(document)) == UTM


def test_null_that_says_nothing_is_caught() -> None:
    null = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    fields = {
        "seen_at": {**null, "description": "When it was seen."},
        "read_at": {**null, "description": "When it was read; null: never."},
    }
    odd = {"components": {"schemas": {"OddView": {"properties": fields}}}}

    assert list(unsaid_nulls(odd)) == ["OddView.seen_at"]


def test_every_parameter_shows_what_it_looks_like(document: Json) -> None:
    assert list(unshown(document)) == []


def test_parameter_that_shows_nothing_is_caught() -> None:
    listed = {"name": "a", "schema": {"type": "array", "items": {"type": "string"}, "default": []}}
    shown = {"name": "b", "schema": {"type": "string", "examples": ["x"]}}
    odd = {"operationId": "odd", "parameters": [listed, shown]}

    assert list(unshown({"paths": {"/v1/odds": {"get": odd}}})) == ["odd: a"]


def test_every_operation_stands_in_one_place_of_the_reference(document: Json) -> None:
    assert [
        (path, method) for path, method, each in operations(document) if len(each["tags"]) != 1
    ] == []


def test_every_operation_names_its_scope_or_says_why_it_needs_none(document: Json) -> None:
    assert without_scope(document) == ANY_TOKEN.keys()


def test_every_scope_is_needed_for_something_or_yet_to_come(document: Json) -> None:
    needed = {scope for _, _, each in operations(document) for scope in scopes_of(each)}

    assert needed <= set(Scope)
    assert len(needed) > 15


def test_the_graph_describes_everything() -> None:
    assert list(untold_in_graph(core)) == []


def test_what_nobody_described_is_caught() -> None:
    odd = {
        "summary": "",
        "description": "No full stop",
        "operationId": "odd",
        "tags": [],
        "security": [{"bearer": []}],
        "parameters": [{"name": "odd_id"}],
    }
    view = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"description": "B."}}}
    words = {"enum": ["one", "two", "three"], TOLD: ["Said.", "Not said"]}
    bad = {
        "paths": {"/v1/odds": {"get": odd}},
        "components": {"schemas": {"OddView": view, "OddWord": words}},
    }

    assert list(untold(bad)) == [
        "GET /v1/odds: summary",
        "GET /v1/odds: description",
        "GET /v1/odds: odd_id",
        "OddView.a",
        "OddWord: two",
        "OddWord: three",
    ]
    assert without_scope(bad) == {"odd"}


def test_what_nobody_described_in_the_graph_is_caught() -> None:
    schema = build_schema(
        "enum Odd { ONE } input In { a: Int }"
        '"Said." type Query { "Said." a(b: Int): Odd c(d: In): ID }'
    )

    assert list(untold_in_graph(schema)) == [
        "Odd",
        "Odd.ONE",
        "In",
        "In.a",
        "Query.a(b)",
        "Query.c",
        "Query.c(d)",
    ]
