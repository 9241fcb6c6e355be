"""One running stack for all flows."""

from collections.abc import AsyncIterator, Iterator

import pytest

from domain.kernel.database import Database
from domain.kernel.nudges import open_queue
from tests.flows.programme import published
from tests.stack import Stack, running_stack
from tests.world import small_database


@pytest.fixture(scope="session")
def programme() -> Iterator[str]:
    """The origin of a feed that others publish."""
    with published() as origin:
        yield origin


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, programme: str) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with running_stack(folder, OUTBOUND_ALLOW=programme) as running:
        yield running


@pytest.fixture(scope="module")
async def database(stack: Stack) -> AsyncIterator[Database]:
    redis = open_queue(stack.engines.redis_url)
    async with small_database(stack.engines.app_url, redis) as opened:
        yield opened
    await redis.aclose()
