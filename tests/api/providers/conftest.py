from collections.abc import AsyncIterator

import pytest
from arq.connections import ArqRedis
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.providers.acme import House, make_house
from tests.browsing import Tab, browsing


@pytest.fixture
async def tab(app: FastAPI) -> AsyncIterator[Tab]:
    async with browsing(app) as found:
        yield found


@pytest.fixture
async def house(settings: Settings, database: Database, redis: ArqRedis) -> House:
    return await make_house(settings, database, redis)
