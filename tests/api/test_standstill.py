"""A database that stands still is away: who starts, stops and routes is told in time."""

import asyncio
from collections.abc import AsyncIterator
from math import isnan
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.inside import inside_app
from api.main import create_app
from domain.kernel.settings import Settings
from tests.standstill import Wire, behind_a_wire
from tests.world import opened

PATIENCE_S = 8
"""Of those who route: an answer that comes later is none to them."""


@pytest.fixture
async def wired(settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[Wire, FastAPI]]:
    async with (
        behind_a_wire(settings, tmp_path) as (wire, behind),
        opened(create_app(behind)) as app,
    ):
        yield wire, app
        wire.go_on()


async def ask(app: ASGIApp, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app)
    async with (
        asyncio.timeout(PATIENCE_S),
        httpx2.AsyncClient(transport=transport, base_url="http://parvis") as client,
    ):
        return await client.get(path)


async def test_readiness_is_told_while_the_database_stands_still(
    wired: tuple[Wire, FastAPI],
) -> None:
    """It stood still as well, and was counted as neither."""
    wire, app = wired
    before = await ask(app, "/readyz")
    wire.stand_still()
    found = [await ask(app, "/readyz") for _ in range(6)]
    wire.go_on()
    after = await ask(app, "/readyz")

    assert before.status_code == 200
    assert {each.status_code for each in found} == {503}
    assert {each.text for each in found} == {'{"status":"database away"}'}
    assert after.status_code == 200


async def test_numbers_that_nobody_can_count_are_unknown(wired: tuple[Wire, FastAPI]) -> None:
    """The last ones passed for today's."""
    wire, app = wired
    inside = inside_app(app.state.parvis)
    before = await ask(inside, "/metrics")
    wire.stand_still()
    found = await ask(inside, "/metrics")
    detail = await ask(inside, "/readyz")

    assert isnan(_overdue(found))
    assert not isnan(_overdue(before))
    assert detail.status_code == 503
    assert detail.json() == {"database": "TimeoutError", "queue": "ok", "schema": "TimeoutError"}


def _overdue(answer: httpx2.Response) -> float:
    [line] = [each for each in answer.text.splitlines() if each.startswith("parvis_overdue ")]
    return float(line.partition(" ")[2])
