from collections.abc import AsyncIterator

import pytest

from domain.kernel.database import Database
from tests.sandbox_stage import Stage, open_stage


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with open_stage(database) as opened:
        yield opened
