"""GraphQL over HTTP: methods, media types, statuses, and what a refused request shows."""

import json
from typing import Any

import httpx2
import pytest

from api.errors import codes
from tests.api.graph.asking import JSON, RESPONSE_JSON, post
from tests.world import Tenant

TYPENAME = "{ __typename }"
COERCION = "query CoerceFailure($id: ID!) { __typename }"
HUGE = "9" * 5_000
"""More digits than Python reads."""
REFUSED = [
    ({"query": "{"}, "query.malformed"),
    ({"query": "{ nothingOfThatName }"}, "query.invalid"),
    ({"query": COERCION, "variables": {"id": None}}, "query.invalid"),
    ({"query": "query A { __typename } query B { __typename }"}, "query.invalid"),
    ({"query": TYPENAME, "operationName": "Other"}, "query.invalid"),
    ({"query": "subscription { __typename }"}, "query.invalid"),
    ({"query": "fragment F on Query { __typename }"}, "query.invalid"),
]
NO_REQUEST = [
    {},
    {"query": None},
    {"query": 0},
    {"query": ["array"]},
    {"query": TYPENAME, "operationName": 0},
    {"query": TYPENAME, "variables": "text"},
    {"query": TYPENAME, "variables": ["array"]},
    {"query": TYPENAME, "extensions": False},
    [{"query": TYPENAME}],
    "text",
]


async def send(tenant: Tenant, body: object, accept: str) -> httpx2.Response:
    return await tenant.client.post("/graphql", json=body, headers={"Accept": accept})


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (JSON, JSON),
        (RESPONSE_JSON, RESPONSE_JSON),
        ("*/*", JSON),
        ("", JSON),
        (f"{JSON}, {RESPONSE_JSON};q=0.5", JSON),
        (f"{JSON};q=0.5, {RESPONSE_JSON}", RESPONSE_JSON),
    ],
)
async def test_answers_come_in_the_media_type_asked_for(
    tenant: Tenant, accept: str, answered: str
) -> None:
    answer = await send(tenant, {"query": TYPENAME}, accept)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{answered}; charset=utf-8"
    assert answer.json() == {
        "data": {"__typename": "Query"},
        "extensions": {"cost": {"requestedQueryCost": 0, "maximumQueryCost": 20_000}},
    }


def told(code: str) -> dict[str, Any]:
    """What the catalogue says of a code, as errors say it."""
    [found] = (each for each in codes() if each.code == code)
    return {
        "code": code,
        "type": f"/problems#{code}",
        "remedy": found.remedy,
        "isRetryable": False,
        "actingParty": "developer",
        "faults": [],
    }


@pytest.mark.parametrize(("body", "code"), REFUSED)
async def test_refused_documents_have_no_data_and_a_status_by_media_type(
    tenant: Tenant, body: dict[str, Any], code: str
) -> None:
    for accept, status in ((RESPONSE_JSON, 400), (JSON, 200)):
        answer = await send(tenant, body, accept)
        assert answer.status_code == status
        assert list(answer.json()) == ["errors"]
        for each in answer.json()["errors"]:
            assert each["extensions"] == told(code)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"query": "{{ communities(first: {HUGE}) {{ nodes {{ id }} }} }}"}}',
        f'{{"query": "query ($n: Int) {{ __typename }}", "variables": {{"n": {HUGE}}}}}',
        f'{{"query": "{{ __typename }}", "variables": {{"n": {HUGE}}}',
    ],
    ids=["in the document", "in a variable", "in what is no JSON"],
)
async def test_number_of_thousands_of_digits_is_malformed(tenant: Tenant, body: str) -> None:
    headers = {"Content-Type": JSON, "Accept": RESPONSE_JSON}
    answer = await tenant.client.post("/graphql", content=body, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "query.malformed"


@pytest.mark.parametrize("body", NO_REQUEST)
async def test_what_is_no_request_is_400_in_either_media_type(tenant: Tenant, body: object) -> None:
    for accept in (JSON, RESPONSE_JSON):
        answer = await send(tenant, body, accept)
        assert answer.status_code == 400
        assert list(answer.json()) == ["errors"]
        assert answer.json()["errors"][0]["extensions"]["code"] == "query.malformed"


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b'{ "not JSON', JSON, 400),
        (b"\xff\xfe", JSON, 400),
        (b"", JSON, 400),
        (b"query=%7B__typename%7D", "application/x-www-form-urlencoded", 415),
        (json.dumps({"query": TYPENAME}).encode(), "text/plain", 415),
        (json.dumps({"query": TYPENAME}).encode(), f"{JSON}; charset=latin-1", 415),
        (json.dumps({"query": TYPENAME}).encode(), f"{JSON}; charset=UTF-8", 200),
    ],
)
async def test_bodies_are_json_in_utf_8(
    tenant: Tenant, content: bytes, content_type: str, status: int
) -> None:
    headers = {"content-type": content_type}
    answer = await tenant.client.post("/graphql", content=content, headers=headers)

    assert answer.status_code == status


async def test_queries_go_by_get_with_variables_and_mutations_do_not(tenant: Tenant) -> None:
    query = "query Type($name: String!) { __type(name: $name) { name } }"
    parameters = {"query": query, "variables": '{"name": "Node"}', "operationName": "Type"}
    read = await tenant.client.get("/graphql", params=parameters)
    change = await tenant.client.get(
        "/graphql",
        params={
            "query": 'mutation { removeCommunity(input: {id: "com_1"}) { __typename } }',
        },
    )

    assert read.json()["data"] == {"__type": {"name": "Node"}}
    assert change.status_code == 405
    assert change.headers["allow"] == "POST"
    assert list(change.json()) == ["errors"]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"headers": [("Authorization", "Bearer other")]}, "Authorization"),
        ({"headers": [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]}, "Idempotency-Key"),
        ({"params": [("query", TYPENAME), ("query", "{ me { id } }")]}, "query"),
    ],
)
async def test_what_is_said_once_and_came_twice_is_refused(
    tenant: Tenant, asked: dict[str, Any], name: str
) -> None:
    params = asked.get("params", {"query": TYPENAME})
    own = [("Authorization", f"Bearer {tenant.token}"), ("Accept", JSON)]
    async with httpx2.AsyncClient(
        transport=tenant.client._transport, base_url="http://parvis.test"
    ) as client:
        answer = await client.get(
            "/graphql", params=params, headers=[*own, *asked.get("headers", ())]
        )

    [error] = answer.json()["errors"]
    assert (answer.status_code, list(answer.json())) == (200, ["errors"])
    assert error["extensions"]["code"] == "parameter.repeated"
    assert error["message"] == f"`{name}` is sent once."


async def test_without_a_token_not_even_introspection_is_told(stranger: httpx2.AsyncClient) -> None:
    answer = await post(stranger, "{ __schema { types { name } } }")
    broken = await post(stranger, "{")
    by_get = await stranger.get("/graphql", params={"query": TYPENAME})

    for refused in (answer, broken, by_get):
        assert refused.status_code == 401
        assert refused.json()["code"] == "token.missing"
        assert refused.headers["content-type"] == "application/problem+json"


async def test_nothing_is_suggested_for_a_wrong_name(tenant: Tenant) -> None:
    field = await post(tenant.client, "{ communitie { id } }")
    argument = await post(tenant.client, "{ communities(frist: 1) { nodes { id } } }")
    kind = await post(tenant.client, "query ($a: CommunitySor) { __typename }")
    value = await post(tenant.client, "{ communities(sort: NAM) { nodes { id } } }")
    variable = await post(
        tenant.client,
        "query ($s: CommunitySort!) { communities(sort: $s) { nodes { id } } }",
        {"s": "NAM"},
    )

    for answer in (field, argument, kind, value, variable):
        assert answer.status_code == 400
        assert "mean" not in answer.text


async def test_other_methods_name_the_ones_that_go(tenant: Tenant) -> None:
    answer = await tenant.client.put("/graphql", json={"query": TYPENAME})

    assert answer.status_code == 405
    assert {each.strip() for each in answer.headers["allow"].split(",")} >= {"GET", "POST"}


async def test_heavy_body_is_refused_before_it_is_read(tenant: Tenant) -> None:
    answer = await post(tenant.client, "{ __typename }" + " " * 1_100_000)

    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
