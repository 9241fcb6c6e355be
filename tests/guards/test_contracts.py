"""The exported contracts are current, and nothing breaks their clients without being named."""

import json
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from api.cli.export import contracts, differences
from api.cli.promises import CHANGES, GRAPH, REST, broken_promises, contract_before
from api.contract.breaking import breaks_of_graph, breaks_of_rest
from tests.guards.sources import ROOT

Json = dict[str, Any]
TEXT = {"type": "string", "maxLength": 10}
VIEW: Json = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": ["draft", "public"]},
        "note": {"anyOf": [TEXT, {"type": "null"}]},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
    },
}
PART: Json = {"properties": {"text": TEXT, "inner": {"$ref": "#/components/schemas/Part"}}}
COMMAND: Json = {
    "type": "object",
    "required": ["state"],
    "properties": {
        "state": VIEW["properties"]["state"],
        "title": TEXT,
        "count": {"type": "integer"},
    },
}
OPERATION: Json = {
    "operationId": "make_odd",
    "security": [{"bearer": ["odds:write"]}],
    "parameters": [{"name": "dry", "in": "query", "schema": {"type": "boolean"}}],
    "requestBody": {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Command"}}}
    },
    "responses": {
        "201": {
            "headers": {"ETag": {}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/View"}}},
        },
        "404": {"$ref": "#/components/responses/Missing"},
    },
}
OLD: Json = {
    "paths": {"/v1/odds": {"post": OPERATION}},
    "components": {"schemas": {"View": VIEW, "Part": PART, "Command": COMMAND}},
}
MAKE = ("paths", "/v1/odds", "post")
SHOWN = ("components", "schemas", "View")
SENT = ("components", "schemas", "Command")
ID, STATE = (*SHOWN, "properties", "id"), (*SENT, "properties", "state")
PART_TEXT = ("components", "schemas", "Part", "properties", "text")
TITLE, BODY = (*SENT, "properties", "title"), (*MAKE, "requestBody", "content")
MORE: Json = {"name": "more", "in": "query", "schema": {}}
GONE = object()


def changed(place: tuple[str | int, ...], value: object) -> Json:
    """The old contract with another value in one place, or without it."""
    new = deepcopy(OLD)
    *way, last = place
    node: Any = new
    for each in way:
        node = node[each]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return new


BREAKS: list[tuple[tuple[str | int, ...], object, str]] = [
    (("paths", "/v1/odds"), GONE, "is gone"),
    ((*MAKE, "operationId"), "create_odd", "is called `create_odd` and no longer `make_odd`"),
    ((*MAKE, "security"), [{"bearer": ["odds:write", "admin"]}], "needs `admin`"),
    ((*MAKE, "parameters"), [], "no longer takes `dry`"),
    ((*MAKE, "parameters", 0, "required"), True, "asks for `dry`"),
    ((*MAKE, "parameters", 0, "schema"), {"type": "integer"}, "has another type for `dry`"),
    (BODY, {"text/plain": {}}, "no longer takes `application/json`"),
    ((*MAKE, "requestBody", "required"), True, "asks for a body"),
    ((*MAKE, "responses", "201"), GONE, "no longer answers 201"),
    ((*MAKE, "responses", "201", "headers"), {}, "no longer sends `ETag`"),
    ((*MAKE, "responses", "201", "content"), {}, "no longer answers `application/json`"),
    ((*SHOWN, "properties", "note"), GONE, "no longer shows `answer.note`"),
    ((*SHOWN, "required"), ["id"], "may leave `answer.state` out"),
    (ID, {"type": "integer"}, "has another type for `answer.id`"),
    ((*ID, "format"), "uri", "writes `answer.id` in another form"),
    (PART_TEXT, {"type": "null"}, "has another type for `answer.parts[].text`"),
    ((*SENT, "required"), ["state", "title"], "asks for `body.title`"),
    ((*SENT, "properties", "count"), GONE, "no longer takes `body.count`"),
    ((*STATE, "enum"), ["draft"], "no longer takes `public` as `body.state`"),
    (TITLE, {**TEXT, "enum": ["a"]}, "takes some words only as `body.title`"),
    (TITLE, {**TEXT, "pattern": "^a"}, "takes `body.title` in another form"),
    ((*TITLE, "maxLength"), 9, "has tighter bounds for `body.title`"),
    (TITLE, {**TEXT, "minLength": 1}, "has tighter bounds for `body.title`"),
]
WIDER: list[tuple[tuple[str | int, ...], object]] = [
    (("paths", "/v1/new"), {"get": OPERATION}),
    ((*MAKE, "parameters"), [*OPERATION["parameters"], MORE]),
    ((*MAKE, "security"), [{"bearer": []}]),
    ((*MAKE, "responses", "409"), {"$ref": "#/components/responses/Conflict"}),
    ((*SHOWN, "properties", "more"), TEXT),
    ((*SHOWN, "properties", "state", "enum"), ["draft", "public", "archived"]),
    ((*SHOWN, "properties", "note"), TEXT),
    ((*SENT, "properties", "more"), TEXT),
    ((*SENT, "required"), []),
    ((*TITLE, "maxLength"), 20),
    ((*SENT, "properties", "count"), {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
]


@pytest.fixture(scope="module")
def exported() -> dict[str, str]:
    return contracts()


def test_the_exported_contracts_are_as_committed(exported: dict[str, str]) -> None:
    assert differences(exported, ROOT) == ""


def test_nothing_breaks_clients_without_being_named(exported: dict[str, str]) -> None:
    assert broken_promises(exported, ROOT) == []


def _listed(schema: object) -> Iterator[Json]:
    """Every schema below that lists the words it takes."""
    if isinstance(schema, list):
        for each in schema:
            yield from _listed(each)
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield schema
        for each in schema.values():
            yield from _listed(each)


def test_a_list_of_words_has_no_other_bounds(exported: dict[str, str]) -> None:
    """Generators of Zod write a length before the list, and nothing that loads."""
    listed = list(_listed(json.loads(exported[REST])))

    assert len(listed) > 50
    assert [each for each in listed if each.keys() & {"maxLength", "minLength", "pattern"}] == []


@pytest.mark.parametrize(("place", "value", "said"), BREAKS, ids=[each[2] for each in BREAKS])
def test_what_breaks_clients_of_rest_is_caught(
    place: tuple[str | int, ...], value: object, said: str
) -> None:
    assert breaks_of_rest(OLD, changed(place, value)) == [f"`POST /v1/odds` {said}."]


@pytest.mark.parametrize(("place", "value"), WIDER, ids=[str(each[0][-1]) for each in WIDER])
def test_what_is_only_wider_breaks_nobody(place: tuple[str | int, ...], value: object) -> None:
    assert breaks_of_rest(OLD, changed(place, value)) == []


def test_what_breaks_clients_of_the_graph_is_caught() -> None:
    old = "type Query { a(b: Int): Int c: Odd } enum Odd { ONE TWO }"
    new = "type Query { a(b: Int!, d: Int): Int } enum Odd { ONE THREE }"

    assert breaks_of_graph(old, old) == []
    assert len(breaks_of_graph(old, new)) == 3
    assert (
        breaks_of_graph(old, "type Query { a(b: Int, d: Int): Int c: Odd } enum Odd { ONE TWO X }")
        == []
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One in which the contract was committed twice."""
    _git(tmp_path, "init", "-q")
    for name, text in (
        (REST, json.dumps(OLD)),
        (GRAPH, "type Query { a: Int }"),
        (CHANGES, "# Changes\n"),
    ):
        _commit(tmp_path, name, text)
    return tmp_path


def test_until_a_release_each_step_is_held_against_the_one_before(repository: Path) -> None:
    _commit(repository, GRAPH, "type Query { b: Int }")

    assert contract_before(GRAPH, "type Query { c: Int }", repository) == "type Query { b: Int }"
    assert contract_before(GRAPH, "type Query { b: Int }", repository) == "type Query { a: Int }"
    assert contract_before("openapi/none", "", repository) is None


def test_after_a_release_all_steps_are_held_against_it(repository: Path) -> None:
    _git(repository, "tag", "v0.1.0")
    for field in ("b", "c"):
        _commit(repository, GRAPH, f"type Query {{ {field}: Int }}")

    assert contract_before(GRAPH, "type Query { d: Int }", repository) == "type Query { a: Int }"


def test_without_git_nothing_is_held_against_anything(tmp_path: Path) -> None:
    assert contract_before(GRAPH, "", tmp_path / "none") is None


def test_a_break_is_allowed_once_it_is_named(repository: Path) -> None:
    new = changed((*SENT, "required"), ["state", "title"])
    wanted = {REST: json.dumps(new), GRAPH: "type Query { b: Int }"}
    before = broken_promises(wanted, repository)
    (repository / CHANGES).write_text("\n".join(f"- {each}" for each in before))

    assert before == ["`POST /v1/odds` asks for `body.title`.", "Field Query.a was removed."]
    assert broken_promises(wanted, repository) == []


def _commit(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(text)
    _git(root, "add", name)
    _git(root, "-c", "user.name=a", "-c", "user.email=a@example.ch", "commit", "-qm", name)


def _git(root: Path, *command: str) -> None:
    subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)
