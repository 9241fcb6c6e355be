"""Checks of bearer values: how often PostgreSQL is asked for them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from arq.connections import ArqRedis
from sqlalchemy import event
from sqlalchemy.engine import Engine

from api.fence.allowances import Allowances
from api.tokens import TokenChecks
from domain.kernel.database import Database
from domain.kernel.errors import TokenInvalid
from domain.kernel.sealing import KeyRing
from domain.kernel.settings import Settings
from tests.conftest import KEY
from tests.world import Tenant

TOGETHER = 8


@pytest.fixture
def allowances(redis: ArqRedis, settings: Settings) -> Allowances:
    return Allowances(redis, KeyRing.parse(KEY), settings)


@contextmanager
def looks() -> Iterator[list[str]]:
    """Every statement that looks a token up."""
    seen: list[str] = []

    def note(*told: Any) -> None:
        if "FROM tokens" in told[2]:
            seen.append(told[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_who_comes_together_is_looked_up_once(
    database: Database, allowances: Allowances, tenant: Tenant
) -> None:
    checks = TokenChecks(database, allowances, kept_s=1)

    with looks() as seen:
        callers = await asyncio.gather(
            *(checks.caller(f"Bearer {tenant.token}", {}) for _ in range(TOGETHER))
        )

    assert {each.workspace_id for each in callers} == {tenant.workspace_id}
    assert len(seen) == 1


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
    checks = TokenChecks(database, allowances, kept_s=0)

    with looks() as seen:
        await asyncio.gather(
            *(checks.caller(f"Bearer {tenant.token}", {}) for _ in range(TOGETHER))
        )

    assert len(seen) == TOGETHER
