"""The loopback listener for operators."""

import httpx2
from fastapi import FastAPI

from api.inside import inside_app
from tests.world import Tenant


async def test_metrics_count_requests_by_route_and_show_the_backlog(
    app: FastAPI, tenant: Tenant
) -> None:
    await tenant.client.get("/v1/communities")
    transport = httpx2.ASGITransport(app=inside_app(app.state.parvis))
    async with httpx2.AsyncClient(transport=transport, base_url="http://inside") as inside:
        shown = (await inside.get("/metrics")).text
        ready = await inside.get("/readyz")
    [backlog] = await app.state.parvis.database.reads.fetch("SELECT overdue FROM parvis_backlog()")

    line = 'parvis_request_seconds_count{method="GET",route="/v1/communities",status="200"}'
    assert line in shown
    assert f"parvis_overdue {backlog['overdue']}.0" in shown
    assert tenant.token not in shown
    assert (ready.status_code, ready.json()) == (
        200,
        {"database": "ok", "queue": "ok", "schema": "ok"},
    )
