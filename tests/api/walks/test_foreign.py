"""A walk through every operation with the token of another workspace: nothing is met or moved."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from api.contract.examples import Json
from domain.kernel.database import Database
from tests.api.examples.performing import ACTORS, Operation, answered, bearer_for, perform
from tests.api.walks.keeping import NOTED, Keeping, moved
from tests.api.walks.rest import PATTERN, Visit, patterns, put, shows_nothing, visits
from tests.furnished import ID, Furnished, named
from tests.world import make_tenant

GRANTS_NOTHING = {
    "create_api_key body/communities": "identity stands below communities: one that is none, or "
    "is another's, lets the key see nothing",
}
"""Places that take any id because it opens nothing, each with its reason."""
CHOOSING = ("retry_deliveries", "reschedule_posts")
"""Bodies whose ids narrow a choice, as those of a list's query do: nothing of it is chosen."""
HINT = "Furnish one of it in tests/furnished.py, and name it in an example."


@pytest.fixture(scope="module")
def walk(app: FastAPI, operations: dict[str, Operation], asked: list[Json]) -> list[Visit]:
    """Every place of every operation once."""
    found = {
        (step["operation"], visit.place): visit
        for step in asked
        for visit in visits(app.openapi(), operations[step["operation"]], step)
    }
    return [visit for visit in found.values() if visit.title not in GRANTS_NOTHING]


def unwalked(operations: dict[str, Operation], walk: list[Visit]) -> list[str]:
    """Parameters that take an id and that no visit fills."""
    been = {(visit.operation, visit.place[-1]) for visit in walk}
    return sorted(
        f"{name} {parameter['name']}"
        for name, operation in operations.items()
        for parameter in operation.described.get("parameters", [])
        if PATTERN.search(str(parameter["schema"]))
        and (name, "path" if parameter["in"] == "path" else parameter["name"]) not in been
    )


def met(visit: Visit, answer: httpx2.Response, other: Furnished) -> str | None:
    """What an answer tells of the other workspace; None when it is as if that did not exist."""
    found: Any = answered(answer)
    is_gone = answer.status_code == 404 and found["code"] == "not_found"
    is_choice = visit.place[0] == "query" or visit.operation in CHOOSING
    if visit.operation in CHOOSING and answer.status_code == 200:
        found = _chosen(found, other.here[visit.foreign])
    is_bare = is_choice and answer.status_code == 200 and shows_nothing(found)
    told = _ids(answer.text) - {other.here[visit.foreign]}
    is_pointed = is_bare or not visit.pointer or visit.pointer in _pointers(found)
    if not (is_gone or is_bare) or told & set(other.here.values()) or not is_pointed:
        return f"{visit.title}: {answer.status_code} {answer.text[:300]}"
    return None


def _chosen(found: Json, foreign: str) -> Json:
    """Without what was named and left out: another's must be as if it did not exist."""
    left_out = found.get("left_out", [])
    told = [each for each in left_out if (each["post_id"], each["code"]) == (foreign, "not_found")]
    own = [each for each in left_out if each["post_id"] != foreign]
    return {**found, "left_out": [each for each in left_out if each not in told + own]}


def _pointers(problem: Json) -> set[str]:
    """Where faults are, and the lists that they are in."""
    found = {each["pointer"] for each in problem["errors"]}
    return found | {pointer.rpartition("/")[0] for pointer in found}


def _ids(text: str) -> set[str]:
    return {found[0] for found in ID.finditer(text)}


def test_every_id_that_examples_name_stands_for_something(
    walk: list[Visit], asked: list[Json], own: Furnished
) -> None:
    said = {visit.foreign for visit in walk} | {id_ for step in asked for id_ in _ids(str(step))}

    assert said <= own.here.keys(), HINT


def test_every_parameter_that_takes_an_id_is_walked(
    operations: dict[str, Operation], walk: list[Visit]
) -> None:
    assert unwalked(operations, walk) == []
    assert len(walk) > 80


async def test_another_workspace_is_never_met_nor_moved(
    database: Database,
    operations: dict[str, Operation],
    walk: list[Visit],
    own: Furnished,
    other: Furnished,
    kept: Keeping,
) -> None:
    bearers = {actor: await bearer_for(database, own, {"acts_for": actor}) for actor in ACTORS}
    before = [await kept.of(each.tenant.workspace_id) for each in (own, other)]

    found: list[str | None] = []
    for visit in walk:
        answer = await perform(
            own.tenant.client,
            operations[visit.operation],
            {**visit.step, **visit.sent(own.here, other.here)},
            {},
            bearer=bearers[visit.step.get("acts_for", "")],
        )
        found.append(met(visit, answer, other))

    after = [await kept.of(each.tenant.workspace_id) for each in (own, other)]
    assert [each for each in found if each is not None] == []
    assert moved(before[1], after[1], but=frozenset()) == []
    assert moved(before[0], after[0], but=NOTED) == []


async def test_lists_of_a_bare_workspace_show_nothing_of_others(
    app: FastAPI,
    database: Database,
    operations: dict[str, Operation],
    asked: list[Json],
    other: Furnished,
) -> None:
    lists = [step for step in asked if not ID.search(str(step.get("path")))]
    told: list[str] = []
    async with make_tenant(app, database) as tenant:
        for step in lists:
            operation = operations[step["operation"]]
            if operation.method == "get":
                answer = await perform(
                    tenant.client, operation, step, other.here, bearer=tenant.token
                )
                sent = _ids(str(answer.request.url))
                shown = (_ids(answer.text) - sent) & set(other.here.values())
                told += [f"{step['operation']}: {id_}" for id_ in sorted(shown)]
                assert answer.status_code == 200, answer.text

    assert told == []
    assert len(lists) > 20


async def test_a_workspace_that_is_met_or_moved_is_caught(
    operations: dict[str, Operation], own: Furnished, kept: Keeping
) -> None:
    """A walker who meets their own workspace: everything is found, and a change is seen."""
    read = Visit("get_post", ("path",), {"path": f"/v1/posts/{named('post')}"}, named("post"))
    path = f"/v1/members/{named('mem')}"
    change: Json = {"path": path, "body": {"name": "New"}, "headers": {"If-Match": "*"}}
    before = await kept.of(own.tenant.workspace_id)
    told = []
    for visit in (read, Visit("change_member", ("path",), change, named("mem"))):
        answer = await perform(
            own.tenant.client,
            operations[visit.operation],
            visit.sent(own.here, own.here),
            {},
            bearer=own.tenant.token,
        )
        told.append(met(visit, answer, own))
    after = await kept.of(own.tenant.workspace_id)

    assert [str(each).partition(":")[0] for each in told] == ["get_post path", "change_member path"]
    assert moved(before, after, but=NOTED) == ["event_counters", "events", "members"]


def test_places_that_examples_leave_out_are_walked_too() -> None:
    id_ = {"type": "string", "pattern": "^med_[0-9a-f]{32}$"}
    inner = {
        "properties": {"media_ids": {"anyOf": [{"type": "array", "items": id_}, {"type": "null"}]}}
    }
    body = {"properties": {"id": id_, "cover": id_, "parts": {"type": "array", "items": inner}}}
    described = {
        "parameters": [{"name": "media_id", "in": "query", "schema": {"items": id_}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/c/s/Odd"}}}},
    }
    document = {"components": {"schemas": {"Odd": body}}}
    operation = Operation("post", "/v1/odds", described)
    step = {"operation": "odd", "status": 200, "path": "/v1/odds", "body": {"parts": [{}]}}
    [pattern] = patterns([step], {"odd": operation})

    found = list(visits(document, operation, pattern))

    assert [visit.title for visit in found] == [
        "odd query/media_id",
        "odd body/cover",
        "odd body/parts/0/media_ids",
    ]
    assert found[2].sent({}, {named("med"): "med_x"})["body"] == {
        "parts": [{"media_ids": ["med_x"]}]
    }
    assert unwalked({"odd": operation}, found[1:]) == ["odd media_id"]


def test_a_place_is_made_where_it_is_missing() -> None:
    step: Json = {"path": "/v1/odds"}
    put(step, ("query", "a"), 1)

    assert step == {"path": "/v1/odds", "query": {"a": 1}}
