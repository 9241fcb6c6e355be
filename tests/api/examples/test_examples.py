"""Every operation has examples, and the running api answers them as they are shown."""

import json

import httpx2
import jsonschema_rs
import pytest
from fastapi import FastAPI

from api.contract.examples import FOLDER, Json, steps
from domain.kernel.database import Database
from domain.workspaces.shapes import WorkspaceKind
from tests.api.examples.likeness import Likeness
from tests.api.examples.performing import (
    EVERYTHING,
    GRAPHQL,
    Operation,
    answered,
    bearer_for,
    described,
    perform,
)
from tests.furnished import furnish, named
from tests.world import Tenant, give_clock

FILES = {file.stem: json.loads(file.read_text()) for file in FOLDER.glob("*.json")}
SENT_AS = {"body", "form", "text"}
HINT = "Write a step for it in openapi/examples/, then `python -m tests.api.examples.record`."


def bare(operations: dict[str, Operation], told: list[Json]) -> list[str]:
    """Operations without an example of their success, or of the body they take."""
    shown = [step for step in told if 200 <= step.get("status", 0) < 300]
    done = {step["operation"] for step in shown}
    sent = {step["operation"] for step in shown if SENT_AS & step.keys()}
    return sorted(
        name
        for name, operation in operations.items()
        if name not in done or ("requestBody" in operation.described and name not in sent)
    )


def unannounced(
    document: Json, operation: Operation, step: Json, answer: httpx2.Response
) -> list[str]:
    """What of an answer the contract does not say: its status, a header it promises, its body."""
    responses = operation.described["responses"]
    status = str(answer.status_code)
    if status not in responses:
        return [f"{step['name']} answers {status}"]
    response = _resolved(document, responses[status])
    missing = [
        f"{step['name']} lacks {name}"
        for name, header in response.get("headers", {}).items()
        if _resolved(document, header)["required"] and name.lower() not in answer.headers
    ]
    found = answered(answer)
    contents: list[Json] = list(response.get("content", {}).values())
    if found is None or not contents:
        return missing
    schema: Json = contents[0]["schema"]
    validator = jsonschema_rs.validator_for({**schema, "components": document["components"]})
    return missing + [f"{step['name']}: {fault.message}" for fault in validator.iter_errors(found)]


def _resolved(document: Json, node: Json) -> Json:
    if "$ref" not in node:
        return node
    found = document
    for name in node["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def test_every_operation_has_an_example(app: FastAPI) -> None:
    assert bare(described(app.openapi()), list(steps())) == [], HINT


def test_every_example_is_of_an_operation_and_has_a_name_of_its_own(app: FastAPI) -> None:
    told = list(steps())

    assert {step["operation"] for step in told} <= described(app.openapi()).keys()
    names = [(step["operation"], step["name"]) for step in told]
    assert len(names) == len(set(names))
    assert all(step["summary"].endswith((".", "!", "`.")) for step in told)


@pytest.mark.parametrize("name", sorted(FILES))
async def test_examples_are_answered_as_they_are_shown(
    app: FastAPI, database: Database, tenant: Tenant, name: str
) -> None:
    operations, document = described(app.openapi()), app.openapi()
    furnished = await furnish(database, tenant)
    if FILES[name].get("workspace") == WorkspaceKind.TEST:
        await give_clock(database, tenant)
    alike = Likeness(dict(furnished.here))
    found: list[str] = []
    for step in FILES[name]["steps"]:
        operation = operations[step["operation"]]
        # With the scopes that the contract names alone: they suffice.
        scopes = EVERYTHING if step["operation"] == GRAPHQL else operation.scopes
        bearer = await bearer_for(database, furnished, step, scopes)
        answer = await perform(tenant.client, operation, step, alike.ids, bearer=bearer)
        if answer.status_code != step["status"]:
            found.append(f"{step['name']}: {step['status']} is {answer.status_code} {answer.text}")
        found += [
            f"{step['name']}{each}"
            for each in alike.differences(
                step.get("answer"),
                answered(answer),
                is_abridged=step.get("is_abridged", False),
                passing=step.get("passing", ()),
            )
        ]
        if step["operation"] != GRAPHQL:
            found += unannounced(document, operation, step, answer)

    assert found == [], HINT


def test_a_route_without_an_example_is_caught() -> None:
    operations = {
        "list_odds": Operation("get", "/v1/odds", {}),
        "make_odd": Operation("post", "/v1/odds", {"requestBody": {}}),
        "read_odd": Operation("get", "/v1/odds/{odd_id}", {}),
    }
    told = [
        {"operation": "list_odds", "status": 200},
        {"operation": "make_odd", "status": 201},
        {"operation": "read_odd", "status": 404},
    ]

    assert bare(operations, told) == ["make_odd", "read_odd"]


def test_answers_that_are_not_alike_are_caught() -> None:
    shown = {"id": named("com"), "at": "2026-11-23T09:00:00Z", "n": 1, "next_cursor": "a", "x": []}
    like = {**shown, "id": f"com_{'0' * 32}", "at": "2030-01-01T00:00:00.5Z", "next_cursor": "b"}

    assert Likeness().differences(shown, like) == []
    assert Likeness().differences(shown, {**like, "n": 2}) == ["/n: 1 is 2"]
    assert Likeness().differences(shown, {**like, "n": "1"}) == ["/n: 1 is '1'"]
    assert Likeness().differences(shown, {**like, "y": 1}) == ["/y: is not shown"]
    assert Likeness().differences(shown, {**like, "x": [1]}) == ["/x: 0 entries are 1"]
    assert Likeness().differences({"a": [1]}, {"a": [1, 2]}, is_abridged=True) == []
    assert Likeness().differences({"a": [1, 2]}, {"a": [1]}, is_abridged=True) != []


def test_an_id_stands_for_one_other_alone() -> None:
    one, two = f"com_{'1' * 32}", f"com_{'2' * 32}"
    shown = [named("com"), named("com"), named("com", 5)]

    assert Likeness().differences(shown, [one, one, two]) == []
    assert Likeness().differences(shown, [one, two, two]) != []
    assert Likeness().differences(shown, [one, one, one]) != []
    assert Likeness().differences([named("com")], [f"post_{'1' * 32}"]) != []


def test_an_answer_that_the_contract_does_not_announce_is_caught() -> None:
    answer = httpx2.Response(201, json={"id": 7})
    view = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    response = {
        "headers": {"Location": {"required": True}, "Link": {"required": False}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/View"}}},
    }
    document = {"components": {"schemas": {"View": view}}}
    made = Operation("post", "/v1/odds", {"responses": {"201": response}})
    other = Operation("post", "/v1/odds", {"responses": {"200": {}}})

    assert unannounced(document, made, {"name": "odd"}, answer) == [
        "odd lacks Location",
        'odd: 7 is not of type "string"',
    ]
    assert unannounced(document, other, {"name": "odd"}, answer) == ["odd answers 201"]
