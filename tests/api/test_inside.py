"""The loopback listener for operators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from arq.connections import ArqRedis
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.inside import inside_app
from api.main import create_app
from domain.kernel import traces
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.conftest import make_settings
from tests.domain.posts.build import make_due_post
from tests.engines import Servers
from tests.world import Tenant, client_for, make_tenant, make_workspace, opened


@pytest.fixture
async def alone(servers: Servers, tmp_path: Path) -> AsyncIterator[FastAPI]:
    """An api on a database of its own: the backlog is that of all workspaces."""
    servers.make("parvis_inside", template="parvis_template")
    async with opened(create_app(make_settings(servers, "parvis_inside", tmp_path))) as app:
        yield app
    servers.engines.drop_database("parvis_inside")


@pytest.fixture
async def lone_tenant(alone: FastAPI) -> AsyncIterator[Tenant]:
    async with make_tenant(alone, _database(alone)) as found:
        yield found


def _database(app: FastAPI) -> Database:
    database: Database = app.state.parvis.database
    return database


@asynccontextmanager
async def inside(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=inside_app(app.state.parvis))
    async with httpx2.AsyncClient(transport=transport, base_url="http://inside") as client:
        yield client


async def numbers(app: FastAPI) -> dict[str, float]:
    """What Prometheus would read, by name and labels."""
    async with inside(app) as client:
        lines = (await client.get("/metrics")).text.splitlines()
    found = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in found}


async def test_metrics_count_requests_by_route(alone: FastAPI, lone_tenant: Tenant) -> None:
    line = 'parvis_request_seconds_count{method="GET",route="/v1/communities",status="200"}'
    before = (await numbers(alone)).get(line, 0)
    for _ in range(2):
        await lone_tenant.client.get("/v1/communities")
    after = await numbers(alone)

    assert after[line] - before == 2
    assert not any(lone_tenant.token in name for name in after)


async def test_metrics_show_the_backlog_of_all_workspaces(alone: FastAPI) -> None:
    nothing = await numbers(alone)
    late = datetime.now(UTC) - timedelta(minutes=10)
    for _ in range(2):
        await make_due_post(_database(alone), await make_workspace(_database(alone)), now=late)
    soon = datetime.now(UTC) + timedelta(hours=1)
    await make_due_post(_database(alone), await make_workspace(_database(alone)), now=soon)
    found = await numbers(alone)

    assert (nothing["parvis_overdue"], nothing["parvis_lateness_seconds"]) == (0, 0)
    assert found["parvis_overdue"] == 2
    assert 600 <= found["parvis_lateness_seconds"] < 660


async def test_readiness_in_detail_names_each_engine(alone: FastAPI) -> None:
    async with inside(alone) as client:
        ready = await client.get("/readyz")

    assert (ready.status_code, ready.json()) == (
        200,
        {"database": "ok", "queue": "ok", "schema": "ok"},
    )


async def test_a_queue_that_takes_nothing_is_not_ok(alone: FastAPI) -> None:
    """It answers a ping, and every nudge was lost; outside, `/readyz` said that all was well."""
    queue: ArqRedis = alone.state.parvis.redis
    async with inside(alone) as client, client_for(alone, None) as outside:
        await queue.config_set("maxmemory", 1)
        try:
            full, told = await client.get("/readyz"), await outside.get("/readyz")
        finally:
            await queue.config_set("maxmemory", 0)
        well, well_told = await client.get("/readyz"), await outside.get("/readyz")

    assert (full.status_code, full.json()) == (
        200,
        {"database": "ok", "queue": "OutOfMemoryError", "schema": "ok"},
    )
    assert well.json() == {"database": "ok", "queue": "ok", "schema": "ok"}
    # who routes by it goes on: reads need no queue
    assert (told.status_code, told.json()) == (200, {"status": "queue away"})
    assert (well_told.status_code, well_told.json()) == (200, {"status": "ok"})


async def test_a_database_that_takes_no_writes_is_not_ok(servers: Servers, tmp_path: Path) -> None:
    """A standby answers, all changes were refused, nothing went out, and `/readyz` said `ok`."""
    servers.make("parvis_standby", template="parvis_template")
    forbid = "ALTER DATABASE parvis_standby SET default_transaction_read_only = on"
    servers.engines.postgres.script(forbid)
    async with (
        opened(create_app(make_settings(servers, "parvis_standby", tmp_path))) as app,
        inside(app) as client,
        client_for(app, None) as outside,
    ):
        found, told = await client.get("/readyz"), await outside.get("/readyz")
    servers.engines.drop_database("parvis_standby")

    assert (found.status_code, found.json()) == (
        200,
        {"database": "ReadOnlySQLTransactionError", "queue": "ok", "schema": "ok"},
    )
    assert (told.status_code, told.json()) == (200, {"status": "database read-only"})


async def test_a_trace_names_the_route_and_not_the_path(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(traces, "TRACER", provider.get_tracer("parvis"))

    await tenant.client.get(f"/v1/communities/{show('com', new_id())}")
    await tenant.client.get("/connect/a-secret-of-a-link")

    names = [span.name for span in spans.get_finished_spans()]
    assert names[0] == "GET /v1/communities/{community_id}"
    assert len(names) == 2
    assert "a-secret-of-a-link" not in str([span.to_json() for span in spans.get_finished_spans()])
