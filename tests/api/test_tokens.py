"""Checks of bearer values: how often PostgreSQL is asked for them."""

import asyncio
from copy import copy

import asyncpg
import pytest
from arq.connections import ArqRedis

from api.fence.allowances import Allowances
from api.tokens import TokenChecks
from domain.identity.checks import LOOK_UP
from domain.kernel.database import Database, Reads
from domain.kernel.errors import TokenInvalid
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from tests.conftest import KEY
from tests.world import Tenant

TOGETHER = 8


@pytest.fixture
def allowances(redis: ArqRedis, settings: Settings) -> Allowances:
    return Allowances(redis, KeyRing.parse(KEY), settings)


class CountedReads:
    """The pool of the hot reads, and how often a token was looked up on it."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self.looks = 0

    async def fetchrow(self, query: str, *values: object) -> asyncpg.Record | None:
        self.looks += query == LOOK_UP
        return await self._reads.fetchrow(query, *values)


def counted(database: Database) -> tuple[Database, CountedReads]:
    seen, reads = copy(database), CountedReads(database.reads)
    seen.reads = reads  # type: ignore[assignment]  # it stands for the pool
    return seen, reads


async def test_who_comes_together_is_looked_up_once(
    database: Database, allowances: Allowances, tenant: Tenant
) -> None:
    seen, reads = counted(database)
    checks = TokenChecks(seen, allowances, kept_s=1)

    callers = await asyncio.gather(
        *(checks.caller(f"Bearer {tenant.token}", {}) for _ in range(TOGETHER))
    )

    assert {each.workspace_id for each in callers} == {tenant.workspace_id}
    assert reads.looks == 1


async def test_one_who_goes_away_leaves_the_look_to_the_others(
    database: Database, allowances: Allowances, tenant: Tenant
) -> None:
    checks = TokenChecks(database, allowances, kept_s=1)
    first, second = (
        asyncio.create_task(checks.caller(f"Bearer {tenant.token}", {})) for _ in range(2)
    )
    await asyncio.sleep(0)
    first.cancel()

    assert (await second).workspace_id == tenant.workspace_id


async def test_a_value_that_stands_for_nobody_is_refused_to_all_who_show_it(
    database: Database, allowances: Allowances, tenant: Tenant
) -> None:
    checks = TokenChecks(database, allowances, kept_s=1)
    wrong = f"Bearer {tenant.token[:-4]}0000"

    answers = await asyncio.gather(
        *(checks.caller(wrong, {}) for _ in range(TOGETHER)), return_exceptions=True
    )

    assert [type(each) for each in answers] == [TokenInvalid] * TOGETHER
    assert not checks.knows(wrong)


async def test_where_nothing_is_remembered_each_is_looked_up(
    database: Database, allowances: Allowances, tenant: Tenant
) -> None:
    seen, reads = counted(database)
    checks = TokenChecks(seen, allowances, kept_s=0)

    await asyncio.gather(*(checks.caller(f"Bearer {tenant.token}", {}) for _ in range(TOGETHER)))

    assert reads.looks == TOGETHER
