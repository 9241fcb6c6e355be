"""A database that is cut off while it works (a restart, a failover) is away, and never a fault."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from httpx2 import Response

from api.main import create_app
from tests.conftest import make_settings
from tests.engines import Servers
from tests.world import Tenant, make_tenant, opened

DATABASE = "parvis_cut_off"
WAITING = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'parvis_app' AND wait_event_type = 'Lock'
"""
CROSSED = """
CREATE FUNCTION crossed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected'; END $$;
CREATE TRIGGER crossed BEFORE INSERT ON communities EXECUTE FUNCTION crossed()
"""
COMMUNITY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
QUERY = {"query": "{ communities(first: 1) { nodes { name } } }"}


@pytest.fixture
async def alone(servers: Servers, tmp_path: Path) -> AsyncIterator[FastAPI]:
    """An api on a database of its own, whose connections may be cut."""
    servers.make(DATABASE, template="parvis_template")
    async with opened(create_app(make_settings(servers, DATABASE, tmp_path))) as app:
        yield app
    servers.engines.drop_database(DATABASE)


@pytest.fixture
async def tenant(alone: FastAPI) -> AsyncIterator[Tenant]:
    async with make_tenant(alone, alone.state.parvis.database) as found:
        yield found


@pytest.fixture
async def admin(servers: Servers, alone: FastAPI) -> AsyncIterator[asyncpg.Connection]:
    assert alone.state.parvis
    connection = await asyncpg.connect(
        servers.owner_url(DATABASE).replace("parvis_owner", "postgres")
    )
    yield connection
    await connection.close()


async def cut(
    admin: asyncpg.Connection, table: str, request: Coroutine[Any, Any, Response]
) -> Response:
    """The answer to what waits for that table as its connection is cut."""
    async with admin.transaction():
        await admin.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(request)
        async with asyncio.timeout(20):
            # the short way in is cut, and then the long one
            while not asking.done():
                await admin.execute("SELECT pg_stat_clear_snapshot()")
                await admin.execute(WAITING)
            return await asking


@pytest.mark.parametrize(
    ("method", "path", "table", "body"),
    [
        ("GET", "/v1/communities", "communities", None),
        ("POST", "/v1/communities", "communities", COMMUNITY),
        ("GET", "/v1/mentions", "mentions", None),
        ("GET", "/v1/posts", "tokens", None),
        ("GET", "/v1/mentions", "tokens", None),
    ],
)
async def test_what_is_cut_off_may_be_sent_again(
    tenant: Tenant, admin: asyncpg.Connection, method: str, path: str, table: str, body: object
) -> None:
    """It was `internal`, of which no client knows that it may try again."""
    request = tenant.client.request(method, path, json=body)

    found = await cut(admin, table, request)
    again = await tenant.client.request(method, path, json=body)

    assert (found.status_code, found.json()["code"]) == (503, "dependency.away")
    assert (found.json()["is_retryable"], found.headers["retry-after"]) == (True, "1")
    assert again.status_code == (200 if method == "GET" else 201)


async def test_a_query_that_is_cut_off_may_be_sent_again(
    tenant: Tenant, admin: asyncpg.Connection
) -> None:
    request = tenant.client.post("/graphql", json=QUERY)

    found = await cut(admin, "communities", request)
    again = await tenant.client.post("/graphql", json=QUERY)

    assert (found.status_code, found.json()["code"]) == (503, "dependency.away")
    assert again.json()["data"] == {"communities": {"nodes": []}}


async def test_readiness_says_that_a_database_takes_no_more_connections(
    tenant: Tenant, admin: asyncpg.Connection
) -> None:
    """It was a fault of ours, and those who route by it read a stack in the log."""
    before = await tenant.client.get("/readyz")
    await admin.execute(f"ALTER DATABASE {DATABASE} CONNECTION LIMIT 0")
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename = 'parvis_app'"
    )

    found = await tenant.client.get("/readyz")
    again = await tenant.client.get("/readyz")

    assert before.status_code == 200
    assert (found.status_code, again.status_code) == (503, 503)
    assert again.json() == {"status": "database away"}


async def test_a_database_that_takes_no_writes_is_away_to_who_writes(
    tenant: Tenant, admin: asyncpg.Connection
) -> None:
    """After a fail-over, or on a full disk: it was `internal`, with a stack for each request."""
    await admin.execute(f"ALTER DATABASE {DATABASE} SET default_transaction_read_only = on")
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename = 'parvis_app'"
    )

    await tenant.client.post("/v1/communities", json=COMMUNITY)
    found = await tenant.client.post("/v1/communities", json=COMMUNITY)

    assert (found.status_code, found.json()["code"]) == (503, "dependency.away")
    assert (found.json()["is_retryable"], found.headers["retry-after"]) == (True, "1")


async def test_a_change_that_another_crossed_may_be_sent_again(
    tenant: Tenant, admin: asyncpg.Connection
) -> None:
    """The victim of a deadlock: it was `internal`, though nothing of it was made."""
    await admin.execute(CROSSED)

    found = await tenant.client.post("/v1/communities", json=COMMUNITY)
    await admin.execute("DROP TRIGGER crossed ON communities")
    again = await tenant.client.post("/v1/communities", json=COMMUNITY)

    assert (found.status_code, found.json()["code"]) == (503, "dependency.away")
    assert (found.json()["is_retryable"], again.status_code) == (True, 201)
