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
from tests.world import Tenant, client_for, opened

PATIENCE_S = 8
"""Of those who route: an answer that comes later is none to them."""
ANSWERED_WITHIN_S = 1.0
COMMUNITY = {"name": "Bakers", "slug": "bakers", "time_zone": "Europe/Paris"}
MUTATION = """
mutation {
  createCommunity(input: {name: "Bakers", slug: "bakers", timeZone: "Europe/Paris"}) {
    ... on UnavailableError { code }
  }
}
"""
AT_ONCE = 20
"""More than there are connections."""


@pytest.fixture
async def wired(settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[Wire, FastAPI]]:
    async with behind_a_wire(settings, tmp_path) as (wire, behind):
        patient = behind.model_copy(update={"database_patience_s": ANSWERED_WITHIN_S})
        async with opened(create_app(patient)) as app:
            yield wire, app
            wire.go_on()


async def ask(app: ASGIApp, path: str, token: str | None = None) -> httpx2.Response:
    async with asyncio.timeout(PATIENCE_S), client_for(app, token) as client:
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


async def test_reads_are_answered_that_the_database_is_away(
    wired: tuple[Wire, FastAPI], tenant: Tenant
) -> None:
    """They waited for as long as it stood still, and each kept its connection."""
    wire, app = wired
    before = await ask(app, "/v1/mentions", tenant.token)
    wire.stand_still()
    paths = ["/v1/mentions", "/v1/communities"] * AT_ONCE
    found = await asyncio.gather(*(ask(app, path, tenant.token) for path in paths))
    wire.go_on()
    after = [await ask(app, path, tenant.token) for path in paths]

    assert before.status_code == 200
    assert {(each.status_code, each.json()["code"]) for each in found} == {(503, "dependency.away")}
    assert {each.status_code for each in after} == {200}


@pytest.mark.parametrize("said", [b"INSERT INTO communities", b"COMMIT"])
@pytest.mark.parametrize(
    ("path", "body"), [("/v1/communities", COMMUNITY), ("/graphql", {"query": MUTATION})]
)
async def test_change_is_made_once_by_whoever_sends_it_again(
    wired: tuple[Wire, FastAPI], tenant: Tenant, path: str, body: dict[str, str], said: bytes
) -> None:
    """Of a commit nobody knows what came of it until the database goes on."""
    wire, app = wired
    key = {"Idempotency-Key": "sent while it stood still"}
    async with asyncio.timeout(PATIENCE_S), client_for(app, tenant.token) as client:
        wire.stand_still_at(said)
        found = await client.post(path, json=body, headers=key)
        wire.go_on()
        again = await client.post(path, json=body, headers=key)
        listed = await client.get("/v1/communities")

    assert "dependency.away" in found.text
    assert again.is_success
    assert "dependency.away" not in again.text
    assert [each["slug"] for each in listed.json()["data"]] == ["bakers"]


def _overdue(answer: httpx2.Response) -> float:
    [line] = [each for each in answer.text.splitlines() if each.startswith("parvis_overdue ")]
    return float(line.partition(" ")[2])
