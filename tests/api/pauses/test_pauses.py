"""Pauses as clients see them."""

import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.desk import Desk
from tests.world import client_for, make_token

PATH = "/v1/pauses"
REASON = {"reason": "Accident on the line"}


async def test_everything_can_be_paused_and_goes_on(desk: Desk) -> None:
    made = await desk.client.post(PATH, json=REASON)
    ended = await desk.client.post(f"{PATH}/{made.json()['id']}/end", json={})
    again = await desk.client.post(f"{PATH}/{made.json()['id']}/end", json={})

    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{PATH}/{made.json()['id']}"
    body = made.json()
    assert [body[name] for name in ("community_id", "calendar_id", "account_id")] == [None] * 3
    assert (body["reason"], body["overdue"], body["ended_at"]) == ("Accident on the line", 0, None)
    assert ended.json()["ended_by"] == body["paused_by"]
    assert (again.status_code, again.json()["code"]) == (409, "state.not_allowed")


async def test_a_pause_of_a_calendar_is_of_its_community_too(desk: Desk) -> None:
    made = await desk.client.post(PATH, json={**REASON, "calendar_id": desk.calendar})

    assert made.json()["calendar_id"] == desk.calendar
    assert made.json()["community_id"] == desk.community


async def test_what_is_paused_is_not_paused_twice(desk: Desk) -> None:
    body = {**REASON, "account_id": desk.account}
    first = await desk.client.post(PATH, json=body)
    second = await desk.client.post(PATH, json=body)
    await desk.client.post(f"{PATH}/{first.json()['id']}/end", json={})
    third = await desk.client.post(PATH, json=body)

    assert (second.status_code, second.json()["code"]) == (409, "already_exists")
    assert third.status_code == 201


async def test_a_pause_sent_twice_is_one_pause(desk: Desk) -> None:
    body = {**REASON, "id": show("pau", new_id())}
    first = await desk.client.post(PATH, json=body)
    second = await desk.client.post(PATH, json=body)
    other = await desk.client.post(PATH, json={**body, "reason": "Other"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"] == body["id"]
    assert (other.status_code, other.json()["code"]) == (409, "id.taken")


async def test_pauses_are_listed_newest_first_open_or_ended(desk: Desk) -> None:
    first = (await desk.client.post(PATH, json=REASON)).json()["id"]
    await desk.client.post(f"{PATH}/{first}/end", json={})
    second = (await desk.client.post(PATH, json=REASON)).json()["id"]

    async def listed(query: str) -> list[str]:
        answer = await desk.client.get(PATH + query)
        return [each["id"] for each in answer.json()["data"]]

    assert await listed("") == [second, first]
    assert await listed("?is_open=true") == [second]
    assert await listed("?is_open=false") == [first]


@pytest.mark.parametrize(("name", "prefix"), [("community", "com"), ("calendar", "cal")])
async def test_what_is_not_there_cannot_be_paused(desk: Desk, name: str, prefix: str) -> None:
    body = {**REASON, f"{name}_id": show(prefix, new_id())}

    answer = await desk.client.post(PATH, json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_pause_of_an_account_in_a_calendar_is_of_both(desk: Desk) -> None:
    body = {**REASON, "calendar_id": desk.calendar, "account_id": desk.account}

    answer = await desk.client.post(PATH, json=body)

    assert answer.status_code == 201
    found = answer.json()
    assert (found["calendar_id"], found["account_id"]) == (desk.calendar, desk.account)
    assert found["community_id"] == desk.community


async def test_one_pause_is_of_one_community(desk: Desk) -> None:
    other = await desk.client.post(
        "/v1/communities", json={"name": "Jura", "slug": "jura", "time_zone": "Europe/Zurich"}
    )
    body = {**REASON, "community_id": other.json()["id"], "account_id": desk.account}

    answer = await desk.client.post(PATH, json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        ("/account_id", "pause.other_community")
    ]
    assert (await desk.client.get(PATH)).json()["data"] == []


async def test_pausing_needs_the_right_to_publish(
    app: FastAPI, database: Database, desk: Desk
) -> None:
    made = await desk.client.post(PATH, json=REASON)
    token = await make_token(database, desk.tenant.workspace_id, [Scope.POSTS_WRITE])
    async with client_for(app, token) as writer:
        begun = await writer.post(PATH, json={**REASON, "account_id": desk.account})
        ended = await writer.post(f"{PATH}/{made.json()['id']}/end", json={})

    assert (begun.status_code, ended.status_code) == (403, 403)


async def test_a_calendar_says_what_becomes_of_what_was_missed(desk: Desk) -> None:
    path = f"/v1/calendars/{desk.calendar}"
    before = (await desk.client.get(path)).json()
    changed = await desk.client.patch(
        path, json={"catch_up": "ask", "catch_up_after_min": 15}, headers={"If-Match": "*"}
    )

    assert (before["catch_up"], before["catch_up_after_min"]) == ("publish", 60)
    assert (changed.json()["catch_up"], changed.json()["catch_up_after_min"]) == ("ask", 15)
