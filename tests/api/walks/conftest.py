"""Two workspaces with one thing of every kind in each, and somebody who sees what they hold."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from api.contract.examples import Json, steps
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.examples.performing import Operation, described
from tests.api.walks.keeping import Keeping, keeping
from tests.api.walks.rest import patterns
from tests.furnished import Furnished, furnish
from tests.world import make_tenant


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> dict[str, Operation]:
    return described(app.openapi())


@pytest.fixture(scope="module")
def asked(operations: dict[str, Operation]) -> list[Json]:
    return list(patterns(steps(), operations))


@pytest.fixture(scope="module")
async def own(app: FastAPI, database: Database) -> AsyncIterator[Furnished]:
    """The walker's workspace."""
    async with make_tenant(app, database) as tenant:
        yield await furnish(database, tenant)


@pytest.fixture(scope="module")
async def other(app: FastAPI, database: Database) -> AsyncIterator[Furnished]:
    """The workspace that must not be met."""
    async with make_tenant(app, database) as tenant:
        yield await furnish(database, tenant)


@pytest.fixture(scope="module")
async def kept(settings: Settings) -> AsyncIterator[Keeping]:
    async with keeping(settings) as found:
        yield found
