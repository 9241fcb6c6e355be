"""What REST can do, GraphQL can do: read off both contracts, so that a new route needs both faces.

A REST operation is looked for by its own name: `list_posts` is the field `posts`, `get_post` is
`post`, `change_post` the mutation `changePost`. Everything that does not follow from its name
stands in a table below, with its reason where the graph has none.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)
from pydantic.alias_generators import to_camel

from api.contract.describe import operations
from api.contract.operations import scopes_of
from api.graph.node import KINDS
from api.graph.schema import core
from domain.kernel.ids import PREFIXES

Json = dict[str, Any]

ONLY_REST = {
    "livez": "for those who start and stop the process",
    "readyz": "as above",
    "add_media": "bytes travel as a form",
    "get_content": "bytes travel as they are",
    "export_audit": "lines of a file, streamed",
    "create_import": "bytes travel as they are",
    "create_upload": "the beginning of tus, whose bytes travel as they are",
    "append_upload": "as above",
    "export_posts": "lines of a file, streamed",
}
ELSEWHERE = {
    "count_mentions": "Query.mentionCount",
    "list_errors": "Query.errorCodes",
    "list_troubles": "Query.troubles",
    "list_metrics": "Query.metricKinds",
    "list_samples": "Query.metricSamples",
    "get_series": "Query.metricSeries",
    "read_agenda": "Query.agenda",
    "list_media": "Query.mediaFiles",
    "get_media": "Query.mediaFile",
    "validate_post": "Query.validatePost",
    "preview_recurrence": "Query.previewRecurrence",
    "entries": "Query.entries",
    "calendar_entries": "Query.entries",
    "list_post_deliveries": "Post.deliveries",
    "list_post_versions": "Post.versions",
    "list_post_adaptations": "Post.adaptations",
    "diff_adaptation": "Query.adaptationDiff",
    "diff_variant": "Query.variantDiff",
    "resolve_post": "Query.resolvedPost",
    "compare_post_versions": "Query.comparePostVersions",
    "list_import_rows": "Import.rows",
    "list_idea_posts": "Idea.posts",
    "list_attempts": "Delivery.tries",
    "list_media_consents": "Media.consents",
    "list_album_media": "Album.items",
    "list_answers": "Mention.answers",
    "list_calendar_feeds": "Calendar.feeds",
    "get_post_metrics": "Post.metrics",
    "get_account_metrics": "Account.metrics",
}
ONLY_GRAPH = {
    "node": "Relay's way to read anything again by its id",
    "nodes": "as above, many at once",
}
ARGUMENTS = {"limit": "first", "cursor": "after", "q": "words", "from": "firstOn", "to": "lastOn"}
"""Query parameters that are called otherwise there; lists are called in the plural."""
HEADERS = {
    "If-Match": "expectedVersion",
    "Idempotency-Key": "clientMutationId",
}
OF_HTTP = {"If-None-Match", "Prefer"}
"""What belongs to the request as a whole: `Prefer` works at /graphql too."""


@pytest.fixture(scope="module")
def contract(app: FastAPI) -> Json:
    described: Json = app.openapi()
    return described


def faces(contract: Json) -> Iterator[tuple[str, Json]]:
    """Every operation that must have a face in the graph, by its name."""
    for _, _, operation in operations(contract):
        if operation["operationId"] not in ONLY_REST:
            yield operation["operationId"], operation


def place_of(name: str) -> str:
    """The coordinate in the graph of an operation called so in REST."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    verb, _, thing = name.partition("_")
    if verb in {"get", "list"}:
        return f"Query.{to_camel(thing)}"
    return f"Mutation.{to_camel(name)}"


def field_at(place: str) -> GraphQLField | None:
    type_name, _, name = place.partition(".")
    kind = core.type_map.get(type_name)
    if not isinstance(kind, GraphQLObjectType):
        return None
    found: GraphQLField | None = kind.fields.get(name)
    return found


def sent_to(field: GraphQLField) -> set[str]:
    """What a field takes: its arguments, or the fields of its input."""
    taken = set(field.args)
    if "input" in field.args:
        kind = get_named_type(field.args["input"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        taken |= set(kind.fields)
    return taken


def shown_by(field: GraphQLField) -> set[str]:
    """What a field gives: of a mutation its success, of a list its things."""
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLUnionType):
        success = next(each for each in kind.types if each.name.endswith("Success"))
        inner = [f for name, f in success.fields.items() if name != "clientMutationId"]
        kind = get_named_type(inner[0].type)
    if isinstance(kind, GraphQLObjectType) and "nodes" in kind.fields:
        kind = get_named_type(kind.fields["nodes"].type)
    return set(kind.fields) if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else set()


def resolved(contract: Json, schema: Json) -> Json:
    """A schema without the reference, list or null around it."""
    while "$ref" in schema or schema.get("type") == "array":
        if "$ref" in schema:
            schema = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            schema = schema["items"]
    return schema


def answer_of(contract: Json, operation: Json) -> set[str]:
    """The fields of what a success shows; of a page, of its things."""
    found: set[str] = set()
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            fields = resolved(contract, schema).get("properties", {})
            if fields.get("data", {}).get("type") == "array":
                fields = resolved(contract, fields["data"])["properties"]
            found |= fields.keys()
    return found


def body_of(contract: Json, operation: Json) -> set[str]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return set(resolved(contract, schema).get("properties", {}))


def test_every_operation_has_a_face_in_the_graph(contract: Json) -> None:
    missing = {name for name, _ in faces(contract) if field_at(place_of(name)) is None}

    assert missing == set()


def test_route_without_a_face_is_noticed() -> None:
    assert [place_of(n) for n in ("list_rituals", "get_ritual", "create_ritual")] == [
        "Query.rituals",
        "Query.ritual",
        "Mutation.createRitual",
    ]
    assert field_at("Query.rituals") is None


def test_every_field_of_the_graph_has_a_face_in_rest(contract: Json) -> None:
    known = {place_of(name) for name, _ in faces(contract)}
    roots = {
        f"{root}.{name}"
        for root in ("Query", "Mutation")
        for name in core.type_map[root].fields  # type: ignore[attr-defined]  # roots are objects
        if name not in ONLY_GRAPH
    }

    assert roots - known == set()


def test_exceptions_are_still_needed(contract: Json) -> None:
    names = {operation["operationId"] for _, _, operation in operations(contract)}
    by_name = {n for n, place in ELSEWHERE.items() if f"Query.{to_camel(n)}" == place}

    assert ONLY_REST.keys() <= names
    assert ELSEWHERE.keys() <= names
    # Verbs that read, and a name without one
    assert by_name <= {"validate_post", "preview_recurrence", "compare_post_versions", "entries"}
    assert [n for n in ONLY_REST if field_at(place_of(n))] == []
    assert ONLY_GRAPH.keys() <= core.query_type.fields.keys()  # type: ignore[union-attr]  # there is one


def test_every_parameter_can_be_said_in_the_graph(contract: Json) -> None:
    missing: set[str] = set()
    for name, operation in faces(contract):
        field = field_at(place_of(name))
        assert field is not None
        taken = sent_to(field)
        for parameter in operation.get("parameters", []):
            found = argument_of(parameter)
            if place_of(name) in set(ELSEWHERE.values()) and parameter["in"] == "path":
                continue  # the owner of the edge, or one of a list of owners
            if found is not None and found not in taken:
                missing.add(f"{name}: {parameter['name']} as {found}")

    assert missing == READS_HAVE_NO_KEY


READS_HAVE_NO_KEY = {
    "validate_post: Idempotency-Key as clientMutationId",
    "preview_recurrence: Idempotency-Key as clientMutationId",
}
"""In the graph they are queries: done again they store nothing again."""


def argument_of(parameter: Json) -> str | None:
    """What a parameter is called in the graph; None for what belongs to HTTP."""
    name, is_list = parameter["name"], parameter["schema"].get("type") == "array"
    if name in OF_HTTP:
        return None
    if parameter["in"] == "header":
        return HEADERS[name]
    if name in ARGUMENTS:
        return ARGUMENTS[name]
    if parameter["in"] == "path":
        return "key" if name == "key" else "id"
    return to_camel(_plural(name) if is_list and name != "assigned_to" else name)


def _plural(word: str) -> str:
    return re.sub("s$", "se", word) + "s"


def test_every_word_of_a_body_can_be_said_in_the_graph(contract: Json) -> None:
    missing: set[str] = set()
    for name, operation in faces(contract):
        field = field_at(place_of(name))
        assert field is not None
        missing |= {
            f"{name}: {word}"
            for word in body_of(contract, operation)
            if to_camel(word) not in sent_to(field)
        }

    assert missing == set()


def test_everything_that_rest_shows_the_graph_shows(contract: Json) -> None:
    missing: set[str] = set()
    for name, operation in faces(contract):
        field = field_at(place_of(name))
        assert field is not None
        missing |= {
            f"{name}: {word}"
            for word in answer_of(contract, operation)
            if to_camel(word) not in shown_by(field)
        }

    assert missing == set()


def test_both_faces_name_the_same_scopes(contract: Json) -> None:
    different: dict[str, tuple[list[str], list[str]]] = {}
    for name, operation in faces(contract):
        place = place_of(name)
        field = field_at(place)
        assert field is not None
        rest = scopes_of(operation)
        graph = scopes_of({"description": field.description or ""})
        if graph != rest and place.startswith(("Query.", "Mutation.")):
            different[name] = (rest, graph)

    assert different == {}


def test_every_kind_of_thing_that_is_read_by_id_is_a_node(contract: Json) -> None:
    read = {
        operation["parameters"][0]["schema"]["pattern"].strip("^").partition("_")[0]
        for _, operation in faces(contract)
        if operation["operationId"].startswith("get_")
        and any("pattern" in p["schema"] for p in operation.get("parameters", [])[:1])
    }

    assert read | {"ws"} == KINDS.keys()
    assert KINDS.keys() <= PREFIXES.keys()


def test_every_sort_and_word_of_rest_is_a_word_of_the_graph(contract: Json) -> None:
    words: dict[str, set[str]] = {}
    for kind in core.type_map.values():
        if isinstance(kind, GraphQLEnumType) and not kind.name.startswith("__"):
            words[kind.name] = {value.value for value in kind.values.values()}
    rest = {
        name: set(schema["enum"])
        for name, schema in contract["components"]["schemas"].items()
        if "enum" in schema
    }

    assert {name: found for name, found in rest.items() if words.get(name) != found} == {}
