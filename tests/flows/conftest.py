"""One running stack for all flows."""

from collections.abc import AsyncIterator, Iterator

import pytest

from domain.kernel.database import Database
from domain.kernel.nudges import Nudges, open_queue
from tests.flows.programme import published
from tests.stack import Stack, running_stack


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
    opened = await Database.open(
        stack.engines.app_url,
        Nudges(redis),
        pool_size=2,
        read_pool_size=1,
        statement_cache_size=0,
    )
    yield opened
    await opened.close()
    await redis.aclose()
