"""Floods are refused before anything is executed, introspection like the rest."""

from itertools import pairwise
from typing import Any

import pytest
from graphql import get_introspection_query
from sqlalchemy import event
from sqlalchemy.engine import Engine

from api.contract.about import DESCRIPTION
from api.graph.guard import MAX_ALIASES, MAX_COST, MAX_DEPTH
from tests.api.graph.asking import JSON, ask, post
from tests.world import Tenant

CIRCLE = "{ __schema { types { " + "fields { type { " * 3 + "name" + " } } " * 3 + "} } }"
DEEP = "{ __schema { types { " + "interfaces { " * 11 + "name" + " }" * 11 + "} } }"
FLOODS = {
    "aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(16)) + " }",
    "directives": "{ __typename " + "@include(if: true) " * 51 + "}",
    "tokens": "{ " + "__typename " * 4_000 + "}",
    "levels": DEEP,
    "fragments": "{ __typename } "
    + " ".join(f"fragment F{n} on Query {{ __typename }}" for n in range(101)),
    "fields of one name": "{ " + "communities { nodes { id } } " * 101 + "}",
    "too deep": "{ ...F0 } "
    + " ".join(
        f"fragment F{n} on Query {{ {'... { ' * 8}...F{n + 1}{' }' * 8} }}" for n in range(99)
    )
    + " fragment F99 on Query { __typename }",
}


@pytest.mark.parametrize("what", FLOODS)
async def test_floods_are_refused_by_limits(tenant: Tenant, what: str) -> None:
    answer = await post(tenant.client, FLOODS[what])
    error = answer.json()["errors"][0]

    assert answer.status_code == 400
    assert list(answer.json()) == ["errors"]
    assert error["extensions"]["code"] == "query.too_heavy"
    assert what in error["message"]


async def test_flood_of_faults_in_variables_is_told_of_the_first(tenant: Tenant) -> None:
    query = (
        "mutation ($input: CreateCommunityInput!) { createCommunity(input: $input) { __typename } }"
    )
    flood = {f"field{number}": number for number in range(5_000)}

    answer = await post(tenant.client, query, {"input": flood})

    errors = answer.json()["errors"]
    assert (answer.status_code, len(errors)) == (400, 21)
    assert "error limit reached" in errors[-1]["message"]


async def test_flood_hidden_in_fragments_is_found(tenant: Tenant) -> None:
    names = "abcdefghijkl"
    steps = pairwise(names)
    chain = " ".join(
        f"fragment {one} on __Type {{ interfaces {{ ...{two} }} }}" for one, two in steps
    )
    query = "{ __schema { types { ...a } } } " + chain + " fragment l on __Type { name }"
    answer = await post(tenant.client, query)

    assert answer.json()["errors"][0]["message"] == (
        "The operation has 14 levels; at most 12 are allowed."
    )


async def test_introspection_that_goes_in_circles_is_refused(tenant: Tenant) -> None:
    answer = await post(tenant.client, CIRCLE)

    assert answer.status_code == 400
    assert list(answer.json()) == ["errors"]


async def test_fragments_in_a_circle_end(tenant: Tenant) -> None:
    query = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"
    answer = await post(tenant.client, query)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "query.invalid"


async def test_cost_is_counted_by_page_sizes_and_told(tenant: Tenant) -> None:
    answer = await post(
        tenant.client,
        """query ($n: Int) { workspace { id }
            communities(first: $n) { nodes { id name } pageInfo { endCursor } }
            members { edges { cursor node { id } } } }""",
        {"n": 7},
    )

    assert answer.json()["extensions"]["cost"]["requestedQueryCost"] == 1 + 7 + 50


async def test_operation_that_costs_too_much_is_told_its_cost(tenant: Tenant) -> None:
    query = """{ communities(first: 100) { nodes { posts(first: 100) { nodes {
        mentions(first: 100) { nodes { id } } } } } } }"""
    answer = await post(tenant.client, query)

    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "query.too_heavy"
    assert error["extensions"]["cost"] == {
        "requestedQueryCost": 1_010_100,
        "maximumQueryCost": 20_000,
    }


@pytest.mark.parametrize("size", [-1, 0, 10**12, "a"])
async def test_page_size_out_of_bounds_buys_nothing(tenant: Tenant, size: Any) -> None:
    query = "query ($n: Int!) { communities(first: $n) { nodes { id } } }"
    answer = await post(tenant.client, query, {"n": size})

    assert answer.json().get("data") in (None, {"communities": None})
    assert answer.json()["errors"][0]["extensions"]["code"] in {"request.invalid", "query.invalid"}


async def test_refused_operation_reaches_no_database(tenant: Tenant) -> None:
    await ask(tenant, "{ __typename }")
    seen: list[str] = []

    def note(*told: Any) -> None:
        seen.append(told[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        answer = await tenant.client.post(
            "/graphql",
            json={"query": "{ communities(first: 100) { nodes { id } } " + DEEP[1:]},
            headers={"Accept": JSON},
        )
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert answer.json()["errors"][0]["extensions"]["code"] == "query.too_heavy"
    assert [text for text in seen if "FROM communities" in text] == []


async def test_introspection_of_clients_passes(tenant: Tenant) -> None:
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
    )
    found = await ask(tenant, query)

    names = {each["name"] for each in found["__schema"]["types"]}
    assert {"Query", "Mutation", "Community", "Node"} <= names


def test_contract_tells_what_an_operation_may_ask_for() -> None:
    limits = f"{MAX_DEPTH} levels, {MAX_ALIASES} aliases and {MAX_COST:,} points of cost"

    assert limits in DESCRIPTION.replace("\n", " ")
