"""Versions of workspaces: how often PostgreSQL is asked for them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.mentions.hot import Versions
from domain.kernel.reads import ReadPool
from domain.kernel.settings import Settings
from tests.inboxes import Inbox, item
from tests.world import Tenant

TOGETHER = 8


class Counting(ReadPool):
    asked = 0

    async def fetchval(self, query: str, *values: object, **how: Any) -> Any:
        self.asked += 1
        return await super().fetchval(query, *values, **how)


@pytest.fixture
async def reads(settings: Settings) -> AsyncIterator[Counting]:
    url = settings.database_url.get_secret_value()
    async with Counting(url, max_size=2, statement_cache_size=256) as pool:
        yield pool


async def test_who_comes_right_after_the_first_shares_its_reading(
    reads: Counting, tenant: Tenant, inbox: Inbox
) -> None:
    await inbox.take(item(1))
    versions = Versions(reads)
    first = asyncio.create_task(versions.current(tenant.workspace_id))
    await asyncio.sleep(0)

    others = await asyncio.gather(*(versions.current(tenant.workspace_id) for _ in range(TOGETHER)))

    assert {await first, *others} == {await versions.current(tenant.workspace_id)}
    assert reads.asked == 2


async def test_who_comes_after_a_change_takes_no_reading_from_before(
    reads: Counting, tenant: Tenant, inbox: Inbox
) -> None:
    versions = Versions(reads)
    first = asyncio.create_task(versions.current(tenant.workspace_id))
    await asyncio.sleep(0)
    await inbox.take(item(1))

    assert await versions.current(tenant.workspace_id) > await first
