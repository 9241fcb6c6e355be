from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from tests.browsing import Tab, browsing
from tests.people import Person, make_person


@pytest.fixture
async def tab(app: FastAPI) -> AsyncIterator[Tab]:
    async with browsing(app) as found:
        yield found


@pytest.fixture
async def person(database: Database) -> Person:
    return await make_person(database)
