"""A running api and two tenants that must never meet."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.world import Tenant, client_for, make_tenant, opened


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with opened(create_app(settings)) as running:
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
