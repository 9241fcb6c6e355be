"""Who narrows a list to a network that is not there is told so, by both faces alike."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import GraphQLObjectType

from api.contract.describe import operations
from api.graph.schema import core
from domain.networks import all_connectors
from tests.world import Tenant

Json = dict[str, Any]
GIVEN = {
    "metric": ["views"],
    "since": "2026-11-01T00:00:00Z",
    "until": "2026-12-01T00:00:00Z",
}
"""What some lists do not go without."""
COMMUNITY = "com_0199e2b4c1d07a3f8e5d6c7b8a901234"
MEMBER = "mem_0199e2b4c1d07a3f8e5d6c7b8a901234"
MESSAGE = f"There is no network friendface; there are {', '.join(all_connectors())}."


def narrowed(described: Json) -> Iterator[tuple[str, Json]]:
    """Each read that takes networks, by its path, with what else it must be given."""
    for path, method, operation in operations(described):
        parameters = {each["name"]: each for each in operation.get("parameters", [])}
        if method == "get" and "network" in parameters:
            needed = {name for name, each in parameters.items() if each.get("required")}
            yield path, {name: GIVEN[name] for name in needed if name in GIVEN}


async def test_each_list_names_the_networks_that_are_there(app: FastAPI, tenant: Tenant) -> None:
    found = dict(narrowed(app.openapi()))
    told = {}
    for path, given in found.items():
        place = path.format(calendar_id="cal_0199e2b4c1d07a3f8e5d6c7b8a901234")
        asked = await tenant.client.get(place, params={**given, "network": "friendface"})
        fault = asked.json()["errors"]
        told[path] = (asked.status_code, asked.json()["code"], fault)

    expected = (422, "network.unknown", [_fault("/query/network/0")])
    assert len(found) == 11
    assert told == dict.fromkeys(found, expected)


async def test_the_graph_says_the_same(tenant: Tenant) -> None:
    root = core.query_type
    assert isinstance(root, GraphQLObjectType)
    fields = {name for name, field in root.fields.items() if "networks" in field.args}
    more = {
        "metricSeries": ", metrics: [VIEWS]",
        "entries": f', since: "{GIVEN["since"]}", until: "{GIVEN["until"]}"',
    }
    of_no_list = {"metricSeries": "{ days }", "mentionCount": "{ count }"}
    told = {}
    for name in fields:
        shown = of_no_list.get(name, "{ nodes { __typename } }")
        query = f'{{ {name}(networks: ["sandbox", "friendface"]{more.get(name, "")}) {shown} }}'
        answer = (await tenant.client.post("/graphql", json={"query": query})).json()
        extensions = answer["errors"][0]["extensions"]
        told[name] = (extensions["code"], extensions["faults"])

    assert len(fields) == 9
    assert told == dict.fromkeys(fields, ("network.unknown", [_fault("/networks/1")]))


@pytest.mark.parametrize(
    ("path", "sent", "place"),
    [
        ("/v1/deliveries/retry", {"networks": ["friendface"]}, "/networks/0"),
        (
            "/v1/approval-policies",
            {
                "community_id": COMMUNITY,
                "name": "Droit",
                "networks": ["friendface"],
                "steps": [{"member_ids": [MEMBER]}],
            },
            "/networks/0",
        ),
    ],
    ids=["many deliveries", "an approval policy, which would never ask"],
)
async def test_what_is_chosen_by_network_names_them_too(
    tenant: Tenant, path: str, sent: Json, place: str
) -> None:
    answer = await tenant.client.post(path, json=sent)

    assert (answer.status_code, answer.json()["code"]) == (422, "network.unknown")
    assert answer.json()["errors"] == [_fault(place)]


def _fault(pointer: str) -> Json:
    return {"pointer": pointer, "code": "network.unknown", "message": MESSAGE}
