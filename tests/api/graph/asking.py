"""Asks the graph as a client does."""

from typing import Any

import httpx2

from tests.world import Tenant

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"


async def post(
    client: httpx2.AsyncClient,
    query: str,
    variables: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx2.Response:
    return await client.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Accept": RESPONSE_JSON, **(headers or {})},
    )


async def ask(tenant: Tenant, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an operation that goes well."""
    answer = await post(tenant.client, query, variables)
    body: dict[str, Any] = answer.json()
    assert answer.status_code == 200, body
    assert "errors" not in body, body
    data: dict[str, Any] = body["data"]
    return data


async def refusal(tenant: Tenant, query: str, **variables: Any) -> tuple[int, str]:
    """The status and the first code of an operation that does not."""
    answer = await post(tenant.client, query, variables)
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]
