"""Callers choose no tenant: it comes from the token that was checked, and from nowhere else."""

import httpx2
import pytest
from fastapi import FastAPI

from domain.identity.bearer import workspace_of
from domain.kernel.ids import show
from tests.world import Tenant, client_for


@pytest.fixture
async def attempts(tenant: Tenant, foreigner: Tenant) -> list[httpx2.Request]:
    """What somebody of one workspace sends to see another."""
    ws = show("ws", foreigner.workspace_id)
    headers = (
        {"X-Workspace": ws},
        {"X-Workspace-Id": ws, "Parvis-Workspace": str(foreigner.workspace_id)},
        {"Cookie": f"workspace={ws}; parvis.workspace={foreigner.workspace_id}"},
        {"X-Forwarded-Host": f"{ws}.parvis.test", "Host": f"{ws}.parvis.test"},
    )
    client = tenant.client
    return [
        *(client.build_request("GET", "/v1/workspace", headers=each) for each in headers),
        *(
            client.build_request("GET", f"/v1/communities?{name}={ws}")
            for name in ("workspace", "workspace_id")
        ),
        client.build_request(
            "POST",
            "/graphql",
            json={"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {"id": ws}},
        ),
    ]


async def test_no_header_parameter_or_id_chooses_a_tenant(
    tenant: Tenant,
    foreigner: Tenant,
    attempts: list[httpx2.Request],
) -> None:
    for attempt in attempts:
        answer = await tenant.client.send(attempt)

        assert show("ws", foreigner.workspace_id) not in answer.text.replace(str(attempt.url), "")
        assert answer.status_code in {200, 422}


async def test_a_token_that_names_another_workspace_is_no_token(
    app: FastAPI,
    tenant: Tenant,
    foreigner: Tenant,
) -> None:
    start, end = len("pv_live_"), len("pv_live_") + 22
    forged = tenant.token[:start] + foreigner.token[start:end] + tenant.token[end:]
    async with client_for(app, forged) as client:
        answer = await client.get("/v1/workspace")

    assert workspace_of(forged) is None
    assert (answer.status_code, answer.json()["code"]) == (401, "token.invalid")
