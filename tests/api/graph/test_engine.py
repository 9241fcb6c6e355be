"""Plans answer as graphql-core does; what they cannot hold is left to it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import ExecutionResult
from msgspec.json import encode

from api.graph import engine
from api.graph.context import Context
from api.graph.documents import Document
from api.graph.http import documents
from api.graph.plan import Unplanned, make_plan
from domain.kernel.database import Database
from domain.kernel.ids import read, show
from tests.api.graph.asking import ask, post
from tests.api.graph.counting import statements
from tests.api.graph.test_relations import NESTED, make_post
from tests.world import Tenant, make_account

QUERIES = [
    NESTED,
    "{ __typename }",
    "{ communities { __typename nodes { __typename ...C } } } fragment C on Community { id name }",
    "{ a: communities { b: nodes { c: name } } d: communities { nodes { name } } }",
    """query ($yes: Boolean = true) { communities @skip(if: $yes) { nodes { id } }
        workspace @include(if: $yes) { id createdAt } }""",
    "{ communities { nodes { name } } communities { nodes { slug } pageInfo { endCursor } } }",
    """query ($id: ID!) { node(id: $id) { id ... on Community { name }
        ... on Node { __typename } ... on Post { title } } }""",
    """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
        ... on Community { timeZone posts { nodes { id } } } ... on Workspace { slug } } }""",
    "{ events(first: 100) { edges { cursor node { number kind data occurredAt actor } } } }",
    """{ communities(first: 1) { pageInfo { hasNextPage endCursor } } networks { nodes { key name
        idempotency maxParts abilities visibilities images { contentTypes maximumBytes source {
        url readOn } } } } }""",
    """{ accounts { nodes { network state problem { code } limits { textMax } measuredBy: metrics {
        network } community { name posts(first: 1) { nodes { community { name } } } } } } }""",
    "{ metricKinds { key name unit isAdditive parts denominator } }",
    """{ metricSeries(metrics: [LIKES, ENGAGEMENTS], interval: DAY, lastOn: "2026-11-22") {
        days interval series { metric values totals known counted { method timeZones } } } }""",
]


@pytest.fixture
async def context(app: FastAPI, tenant: Tenant, database: Database) -> Context:
    body = {"name": "C", "slug": "c", "time_zone": "Europe/Zurich", "languages": ["fr", "de"]}
    community = (await tenant.client.post("/v1/communities", json=body)).json()["id"]
    calendar = await tenant.client.post(
        "/v1/calendars", json={"community_id": community, "name": "Plan"}
    )
    account = await make_account(database, tenant.workspace_id, read("com", community))
    for title in ("One", "Two"):
        await make_post(tenant, calendar.json()["id"], show("acct", account), title)
    return Context(
        app.state.parvis,
        tenant.caller,
        now=datetime.now(UTC),
        idempotency_key=None,
        prefer=None,
    )


async def variables_for(tenant: Tenant) -> dict[str, Any]:
    found = await ask(tenant, "{ workspace { id } communities { nodes { id } } }")
    community = found["communities"]["nodes"][0]["id"]
    return {"id": community, "ids": [community, found["workspace"]["id"], community]}


async def by_graphql_core(
    document: Document, variables: dict[str, Any], context: Context
) -> ExecutionResult:
    operation = document.operation(None)
    found = engine._executor(document, operation, variables, context).execute_operation()
    result: ExecutionResult = found if isinstance(found, ExecutionResult) else await found  # type: ignore[misc]  # awaitable or not
    return result


@pytest.mark.parametrize("query", QUERIES)
async def test_plan_answers_as_graphql_core_does(
    tenant: Tenant, context: Context, query: str
) -> None:
    document = documents.find(query)
    variables = await variables_for(tenant) if "$id" in query else {}
    with statements() as planned_statements:
        planned = await engine.execute(document, document.operation(None), variables, context)
    await context.close()
    with statements() as core_statements:
        core = await by_graphql_core(document, variables, context)
    await context.close()

    assert core.errors is None
    assert planned.errors is None
    assert encode(planned.data) == encode(core.data)
    assert len(planned_statements) == len(core_statements)


@pytest.mark.parametrize("query", QUERIES)
async def test_every_ordinary_read_has_a_plan(tenant: Tenant, context: Context, query: str) -> None:
    document = documents.find(query)
    variables = await variables_for(tenant) if "$id" in query else {}
    executor = engine._executor(document, document.operation(None), variables, context)

    assert make_plan(executor).type_name == "Query"


async def test_introspection_is_left_to_graphql_core(context: Context) -> None:
    document = documents.find("{ __schema { queryType { name } } }")
    executor = engine._executor(document, document.operation(None), {}, context)

    with pytest.raises(Unplanned):
        make_plan(executor)
    result = await engine.execute(document, document.operation(None), {}, context)
    assert result.data == {"__schema": {"queryType": {"name": "Query"}}}


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("query ($some: Int) { communities(first: $some) { nodes { id } } }", ["communities"]),
        (
            "query ($some: CommunitySort = null) { communities(sort: $some) { nodes { id } } }",
            ["communities"],
        ),
        (
            "query ($some: Boolean = true) { communities @include(if: $some) { nodes { id } } }",
            None,
        ),
    ],
)
async def test_null_of_a_variable_where_none_may_be_is_told_at_its_field(
    tenant: Tenant, query: str, at: list[str] | None
) -> None:
    answer = await post(tenant.client, query, {"some": None})

    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert error.get("path") == at
    assert error["extensions"]["code"] == "query.invalid"
