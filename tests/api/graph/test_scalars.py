"""Times in the graph are read as REST reads them; what the database refuses stands in `errors`."""

from typing import Any

import pytest

from tests.api.graph.asking import ask, post
from tests.desk import Desk
from tests.world import Tenant

SINCE = "query ($at: DateTime) { mentions(since: $at) { nodes { id } } }"
RUNS_ON = "query ($on: Date) { campaigns(runsOn: $on) { nodes { id } } }"
SERIES = "query ($on: Date) { metricSeries(metrics: [LIKES], lastOn: $on) { days } }"
SLOT = """mutation ($input: CreateSlotInput!) { createSlot(input: $input) {
    __typename ... on CreateSlotSuccess { slot { wallTime } } } }"""
POST = """mutation ($input: CreatePostInput!) { createPost(input: $input) {
    __typename ... on CreatePostSuccess { post { wallTime } } } }"""


async def is_taken(tenant: Tenant, query: str, **variables: Any) -> bool:
    """Whether the graph takes the variables; what it does not fits no schema."""
    answer = await post(tenant.client, query, variables)
    if answer.status_code == 200:
        return "errors" not in answer.json()
    assert answer.status_code == 400, answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "query.invalid"
    return False


@pytest.mark.parametrize(
    "at",
    [
        "2026-12-01T08:30:00Z",
        "2026-12-01T08:30:00.123456+01:00",
        "2026-12-01 08:30Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-W49-2T08:30Z",
        "20261201T0830Z",
        "2026-12-01T08:30:00+00:00:30",
        "2026-12-01T08:30:00",
        "2026-12-01",
        20261201,
        True,
        [],
    ],
)
async def test_moments_are_those_of_rest(tenant: Tenant, at: object) -> None:
    rest = await tenant.client.get("/v1/mentions", params={"since": str(at)})

    assert await is_taken(tenant, SINCE, at=at) is (rest.status_code == 200)


async def test_wrong_value_in_a_query_is_shown_where_it_stands(tenant: Tenant) -> None:
    query = '{ campaigns { nodes { id } }\n mentions(since: "noon") { nodes { id } } }'

    answer = await post(tenant.client, query)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "query.invalid")
    assert error["message"] == "Send a moment such as 2026-12-01T08:30:00Z."
    assert error["locations"] == [{"line": 2, "column": 18}]


@pytest.mark.parametrize("on", ["2026-12-01", "2026-W49-2", "20261201", 20261201, "2026-12-01T00"])
async def test_days_are_those_of_rest(tenant: Tenant, on: object) -> None:
    rest = await tenant.client.get("/v1/campaigns", params={"runs_on": str(on)})

    assert await is_taken(tenant, RUNS_ON, on=on) is (rest.status_code == 200)


@pytest.mark.parametrize("at", ["09:30", "9:5", "09:30:59", "0930", " 09:30", 930])
async def test_times_of_day_are_those_of_rest(desk: Desk, at: object) -> None:
    slot = {"calendar_id": desk.calendar, "weekday": 2, "wall_time": at}
    rest = await desk.client.post("/v1/slots", json=slot)
    given = {"calendarId": desk.calendar, "weekday": 2, "wallTime": at}

    assert await is_taken(desk.tenant, SLOT, input=given) is (rest.status_code == 201)


@pytest.mark.parametrize(
    "at", ["2032-01-06T09:30:00", "2032-01-06T09:30", "2032-01-06T09:30:00.5", "20320106T0930"]
)
async def test_wall_times_are_those_of_rest(desk: Desk, at: str) -> None:
    body = {"calendar_id": desk.calendar, "title": "T", "wall_time": at}
    rest = await desk.client.post("/v1/posts", json=body)
    given = {"calendarId": desk.calendar, "title": "T", "wallTime": at}

    assert await is_taken(desk.tenant, POST, input=given) is (rest.status_code == 201)


async def test_what_a_hot_read_cannot_store_is_told_as_an_error_of_the_graph(
    tenant: Tenant,
) -> None:
    asked = "query ($words: String) { mentions(words: $words) { nodes { id } } }"
    answer = await post(tenant.client, asked, {"words": "a\0b"})

    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["mentions"], "text.unstorable")


async def test_faults_of_a_series_name_its_arguments(tenant: Tenant) -> None:
    answer = await post(tenant.client, SERIES, {"on": "9999-12-31"})

    (error,) = answer.json()["errors"]
    (fault,) = error["extensions"]["faults"]
    assert (fault["pointer"], fault["code"]) == ("/lastOn", "window.invalid")
    assert (await ask(tenant, SERIES, on="2026-11-22"))["metricSeries"]["days"][-1] == "2026-11-22"
