"""A running api and two tenants that must never meet."""

from collections.abc import AsyncIterator

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.ids import read, show
from domain.kernel.settings import Settings
from tests.desk import Desk
from tests.door import give_door
from tests.engines import Servers
from tests.people import give_quick_hashes
from tests.world import Tenant, client_for, make_account, make_tenant, opened


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with opened(create_app(settings)) as running:
        give_door(running)
        give_quick_hashes(running)
        yield running


@pytest.fixture
async def tenant(app: FastAPI, database: Database) -> AsyncIterator[Tenant]:
    async with make_tenant(app, database) as found:
        yield found


@pytest.fixture
async def foreigner(app: FastAPI, database: Database) -> AsyncIterator[Tenant]:
    async with make_tenant(app, database) as found:
        yield found


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without a token."""
    async with client_for(app, None) as client:
        yield client


@pytest.fixture
async def admin(servers: Servers) -> AsyncIterator[asyncpg.Connection]:
    """May hold the versions back, and cut off who waits for them."""
    url = servers.owner_url("parvis_tests").replace("parvis_owner", "postgres")
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture
async def desk(tenant: Tenant, database: Database) -> Desk:
    community = await tenant.client.post(
        "/v1/communities", json={"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
    )
    community_id = community.json()["id"]
    calendar = await tenant.client.post(
        "/v1/calendars", json={"community_id": community_id, "name": "Main"}
    )
    account = await make_account(database, tenant.workspace_id, read("com", community_id))
    return Desk(tenant, community_id, calendar.json()["id"], show("acct", account))
