"""The clock of a test workspace, as its clients see it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.workspaces.shapes import WorkspaceKind
from tests.world import Tenant, client_for, make_tenant, make_token

PATH = "/v1/test-clock"
ADVANCE = """mutation($to: DateTime!) { advanceTestClock(input: {to: $to}) {
  __typename
  ... on AdvanceTestClockSuccess { testClock { isAdvancing advancingTo } }
  ... on Error { code } } }"""


@pytest.fixture
async def trial(app: FastAPI, database: Database) -> AsyncIterator[Tenant]:
    """A test workspace."""
    async with make_tenant(app, database, WorkspaceKind.TEST) as found:
        yield found


async def put_ahead(database: Database, tenant: Tenant, by: timedelta) -> None:
    """As a worker does that takes the clock to a stop."""
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE test_clocks SET ahead = $1", (by,))


def later(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def moment(body: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(body[name])


async def test_the_clock_of_a_test_workspace_begins_at_the_real_time(trial: Tenant) -> None:
    before = datetime.now(UTC)

    answer = await trial.client.get(PATH)

    assert before <= moment(answer.json(), "now") <= datetime.now(UTC)
    assert answer.json() | {"now": ""} == {
        "now": "",
        "is_advancing": False,
        "advancing_to": None,
        "progress": None,
    }


async def test_a_clock_that_was_sent_on_its_way_says_how_far_it_is(trial: Tenant) -> None:
    to = later(30)

    sent = await trial.client.post(f"{PATH}/advance", json={"to": to})
    again = await trial.client.post(f"{PATH}/advance", json={"to": to})

    assert sent.status_code == 202
    assert (sent.json()["is_advancing"], sent.json()["progress"]) == (True, 0.0)
    assert moment(sent.json(), "advancing_to") == datetime.fromisoformat(to)
    assert (again.status_code, again.json()["code"]) == (409, "clock.advancing")


@pytest.mark.parametrize("body", [{}, {"minutes": 5, "to": "2027-01-01T00:00:00Z"}])
async def test_how_far_it_goes_is_said_in_one_way(trial: Tenant, body: dict[str, Any]) -> None:
    answer = await trial.client.post(f"{PATH}/advance", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_a_clock_can_be_stopped_on_its_way(trial: Tenant) -> None:
    await trial.client.post(f"{PATH}/advance", json={"to": later(30)})

    stopped = await trial.client.post(f"{PATH}/stop")
    again = await trial.client.post(f"{PATH}/stop")

    assert (stopped.json()["is_advancing"], again.json()["is_advancing"]) == (False, False)


@pytest.mark.parametrize("days", [-1, 367])
async def test_the_clock_goes_forward_and_a_year_at_most(trial: Tenant, days: int) -> None:
    answer = await trial.client.post(f"{PATH}/advance", json={"to": later(days)})

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert [each["code"] for each in answer.json()["errors"]] == ["clock.out_of_reach"]
    assert (await trial.client.get(PATH)).json()["is_advancing"] is False


async def test_a_live_workspace_goes_by_the_real_clock(tenant: Tenant) -> None:
    before = datetime.now(UTC)

    read = await tenant.client.get(PATH)
    sent = await tenant.client.post(f"{PATH}/advance", json={"minutes": 5})
    stopped = await tenant.client.post(f"{PATH}/stop")

    assert before <= moment(read.json(), "now") <= datetime.now(UTC)
    assert (sent.status_code, sent.json()["code"]) == (409, "clock.real")
    assert (stopped.status_code, stopped.json()["code"]) == (409, "clock.real")


async def test_changing_the_clock_needs_a_scope(
    app: FastAPI, database: Database, trial: Tenant
) -> None:
    token = await make_token(database, trial.workspace_id, [Scope.WORKSPACE_READ])
    async with client_for(app, token) as reader:
        read = await reader.get(PATH)
        sent = await reader.post(f"{PATH}/advance", json={"to": later(1)})
        stopped = await reader.post(f"{PATH}/stop")

    assert (read.status_code, sent.status_code, stopped.status_code) == (200, 403, 403)


async def test_everything_the_workspace_does_happens_at_its_own_time(
    database: Database, trial: Tenant
) -> None:
    await put_ahead(database, trial, timedelta(days=30))
    body = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}

    made = await trial.client.post("/v1/communities", json=body)

    ahead = moment(made.json(), "created_at") - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < ahead < timedelta(days=30)


async def test_posts_cannot_be_planned_before_the_workspaces_own_time(
    database: Database, trial: Tenant
) -> None:
    community = await trial.client.post(
        "/v1/communities", json={"name": "Vaud", "slug": "vaud", "time_zone": "UTC"}
    )
    calendar = await trial.client.post(
        "/v1/calendars", json={"community_id": community.json()["id"], "name": "Main"}
    )
    await put_ahead(database, trial, timedelta(days=30))
    id_ = calendar.json()["id"]
    slot = {"calendar_id": id_, "weekday": 1, "wall_time": "09:00"}
    await trial.client.post("/v1/slots", json=slot)

    free = await trial.client.get(f"/v1/calendars/{id_}/free-slots?count=1")

    [found] = free.json()["slots"]
    assert moment(found, "at") > datetime.now(UTC) + timedelta(days=29)


async def test_a_test_workspace_reaches_no_real_network(trial: Tenant) -> None:
    community = await trial.client.post(
        "/v1/communities", json={"name": "Vaud", "slug": "vaud", "time_zone": "UTC"}
    )
    login = {"handle": "vaud.example", "app_password": "aaaa-bbbb-cccc-dddd"}
    body = {"community_id": community.json()["id"], "network": "bluesky", "login": login}

    answer = await trial.client.post("/v1/accounts", json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, "network.real")
    assert (await trial.client.get("/v1/accounts")).json()["data"] == []


async def test_a_test_workspace_reads_feeds(trial: Tenant) -> None:
    community = await trial.client.post(
        "/v1/communities", json={"name": "Vaud", "slug": "vaud", "time_zone": "UTC"}
    )
    login = {"url": "https://example.org/feed.xml"}
    body = {"community_id": community.json()["id"], "network": "feed", "login": login}

    answer = await trial.client.post("/v1/accounts", json=body)

    assert answer.status_code == 202, answer.text


async def test_the_graph_puts_the_clock_ahead_too(trial: Tenant, tenant: Tenant) -> None:
    asked = {"query": ADVANCE, "variables": {"to": later(30)}}

    sent = await trial.client.post("/graphql", json=asked)
    refused = await tenant.client.post("/graphql", json=asked)
    read = await trial.client.post("/graphql", json={"query": "{ testClock { isAdvancing } }"})

    success = sent.json()["data"]["advanceTestClock"]
    assert success["testClock"]["isAdvancing"] is True
    assert refused.json()["data"]["advanceTestClock"]["code"] == "clock.real"
    assert read.json()["data"] == {"testClock": {"isAdvancing": True}}


async def test_a_workspace_says_of_which_kind_it_is(trial: Tenant, tenant: Tenant) -> None:
    kinds = [(await each.client.get("/v1/workspace")).json()["kind"] for each in (trial, tenant)]

    assert kinds == ["test", "live"]
