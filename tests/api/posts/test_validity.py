"""By hand no post is planned for when its words hold no longer, on either face."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, update

from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.posts.tables import Post
from tests.api.graph.asking import post as ask
from tests.api.posts.test_troubles import CHANGE, ERROR, SCHEDULE
from tests.desk import Desk

PLANNED, END, AFTER = ("2032-07-01T09:00:00", "2032-07-01T12:00:00", "2032-07-01T12:00:01")
MOVE = """mutation ($input: ReschedulePostsInput!) { reschedulePosts(input: $input) {
  ... on ReschedulePostsSuccess { rescheduled { posts { code publishAt } } } } }"""
UPKEEP = "mutation ($input: ChangeUpkeepInput!) { done: changeUpkeep(input: $input) { %s } }"
TOO_LATE = (
    "time.after_validity",
    "Plan it for earlier, or say at PATCH /v1/posts/{id}/upkeep until",
)


async def scheduled(desk: Desk) -> str:
    id_: str = (await desk.draft(wall_time=PLANNED))["id"]
    await desk.post(f"/v1/posts/{id_}/schedule", 200)
    answer = await keep(desk, id_, valid_until=END)
    assert answer.status_code == 200, answer.text
    return id_


async def keep(desk: Desk, id_: str, **body: Any) -> Any:
    url = f"/v1/posts/{id_}/upkeep"
    return await desk.client.patch(url, json=body, headers={"If-Match": "*"})


@pytest.mark.parametrize("draft", [True, False])
async def test_it_is_neither_moved_nor_scheduled_past_its_validity(
    desk: Desk, *, draft: bool
) -> None:
    id_ = await scheduled(desk)
    url = f"/v1/posts/{id_}"
    if draft:
        assert (await desk.client.delete(url)).status_code == 204
    before = (await desk.client.get(url)).json()
    own = {"id": id_, "expectedVersion": before["version"], "wallTime": AFTER}

    scheduling = await desk.client.post(f"{url}/schedule", json={"wall_time": AFTER})
    by_graph = [(await ask(desk.client, SCHEDULE % ERROR, {"input": own})).json()]
    answers = [scheduling]
    if not draft:
        match = {"If-Match": "*"}
        answers.append(await desk.client.patch(url, json={"wall_time": AFTER}, headers=match))
        by_graph.append((await ask(desk.client, CHANGE % ERROR, {"input": own})).json())

    for answer in answers:
        told = answer.json()
        assert (answer.status_code, told["code"]) == (422, TOO_LATE[0]), answer.text
        assert told["remedy"].startswith(TOO_LATE[1])
        assert "holds until 2032-07-01T10:00:00+00:00" in told["detail"]
    assert [each["data"]["done"]["code"] for each in by_graph] == [TOO_LATE[0]] * len(answers)
    assert (await desk.client.get(url)).json() == before


async def test_of_many_it_stays_where_it_is(desk: Desk) -> None:
    id_ = await scheduled(desk)
    before = (await desk.client.get(f"/v1/posts/{id_}")).json()
    asked = {"post_ids": [id_], "by_minutes": 180}

    rest = await desk.post("/v1/posts/reschedule", 200, **asked)
    body = {"query": MOVE, "variables": {"input": {"postIds": [id_], "byMinutes": 180}}}
    graph = (await desk.post("/graphql", 200, **body))["data"]["reschedulePosts"]["rescheduled"]
    within = await desk.post("/v1/posts/reschedule", 200, **asked | {"by_minutes": 179})

    [kept], [same], [moved] = rest["posts"], graph["posts"], within["posts"]
    assert (kept["code"], kept["publish_at"]) == (TOO_LATE[0], before["publish_at"])
    assert same == {"code": TOO_LATE[0], "publishAt": before["publish_at"]}
    assert (moved["code"], moved["publish_at"]) == (None, "2032-07-01T09:59:00Z")


async def test_it_is_not_said_to_hold_for_less_than_it_is_planned(desk: Desk) -> None:
    id_ = await scheduled(desk)
    before = (await desk.client.get(f"/v1/posts/{id_}/upkeep")).json()
    own = {"id": id_, "expectedVersion": before["version"], "validUntil": PLANNED}

    rest = await keep(desk, id_, valid_until=PLANNED)
    graph = (await ask(desk.client, UPKEEP % ERROR, {"input": own})).json()

    assert (rest.status_code, rest.json()["code"]) == (422, TOO_LATE[0]), rest.text
    assert rest.json()["errors"][0]["pointer"] == "/valid_until"
    assert graph["data"]["done"]["code"] == TOO_LATE[0]
    assert (await desk.client.get(f"/v1/posts/{id_}/upkeep")).json() == before


async def test_what_new_rules_of_its_zone_put_after_its_validity_stands_in_the_agenda(
    desk: Desk, database: Database
) -> None:
    id_ = await scheduled(desk)
    async with database.transaction(desk.tenant.workspace_id) as session:
        moved = update(Post).where(col(Post.id) == read("post", id_))
        await session.exec(moved.values(publish_at=datetime(2032, 7, 1, 10, tzinfo=UTC)))

    asked = {"kind": "post_due", "until": "2032-07-02T00:00:00Z", "since": "2032-07-01T00:00:00Z"}
    [item] = (await desk.client.get("/v1/agenda", params=asked)).json()["data"]

    assert (item["post_id"], item["code"], item["acting_party"]) == (id_, TOO_LATE[0], "user")
    assert item["remedy"].startswith(TOO_LATE[1])
