"""Upkeep and updates as clients see them, on both faces."""

from typing import Any

import pytest
from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.api.graph.asking import ask
from tests.furnished import Furnished, furnish, named
from tests.world import Tenant, client_for, make_token

UPDATES = "/v1/updates"
CHANGE = """mutation($input: ChangeUpkeepInput!) { changeUpkeep(input: $input) {
  ... on ChangeUpkeepSuccess { upkeep { postId validUntilAt version } }
  ... on Error { code } } }"""
APPROVE = """mutation($input: ApproveUpdateInput!) { approveUpdate(input: $input) {
  ... on ApproveUpdateSuccess { update { state copies { state carriedOutBy } post { title } } }
  ... on Error { code } } }"""
READ = """query($post: ID!, $update: ID!) {
  upkeep(id: $post) { checkEveryDays staleFor }
  update(id: $update) { reason copies { way ways network } }
  post(id: $post) { upkeep { nextCheck } }
  updates(states: [PROPOSED]) { nodes { id } }
  posts(isStale: true) { nodes { id } } }"""


@pytest.fixture
async def house(database: Database, tenant: Tenant) -> Furnished:
    return await furnish(database, tenant)


class Desk:
    def __init__(self, house: Furnished) -> None:
        self.client = house.tenant.client
        self.post = house.here[named("post")]
        self.draft = house.here[named("post", 7)]
        self.update = house.here[named("upd")]
        self.copy = house.here[named("dlv")]
        self.path = f"/v1/posts/{self.post}/upkeep"

    async def set(self, version: int, **body: Any) -> Any:
        headers = {"If-Match": f'"{version}"'}
        return await self.client.patch(self.path, json=body, headers=headers)


@pytest.fixture
def desk(house: Furnished) -> Desk:
    return Desk(house)


async def test_a_post_of_which_nothing_was_set_has_an_upkeep_all_the_same(desk: Desk) -> None:
    answer = await desk.client.get(desk.path)

    assert answer.status_code == 200
    assert answer.headers["etag"].startswith('"1-')
    body = answer.json()
    assert (body["post_id"], body["time_zone"], body["version"]) == (desk.post, "Europe/Zurich", 1)
    assert [body[name] for name in ("valid_until", "next_check", "checker_id")] == [None] * 3


async def test_dates_are_set_and_read_with_both_times(desk: Desk, house: Furnished) -> None:
    member = house.here[named("mem")]
    made = await desk.set(1, valid_until="2032-07-01T12:00:00", checker_id=member)
    again = await desk.set(2, check_every_days=30)
    stale = await desk.set(2, check_every_days=60)

    assert made.status_code == 200, made.text
    assert made.json()["valid_until_at"] == "2032-07-01T10:00:00Z"
    assert made.json()["checker_id"] == member
    assert again.json()["next_check"] is not None
    assert (stale.status_code, stale.json()["code"]) == (412, "version.stale")
    assert (await desk.client.get(desk.path)).json() == again.json()


async def test_what_is_past_or_nobody_is_refused(desk: Desk) -> None:
    past = await desk.set(1, valid_until="2020-01-01T12:00:00")
    nobody = await desk.set(1, checker_id=show("mem", new_id()))
    strange = await desk.client.patch(
        f"/v1/posts/{show('post', new_id())}/upkeep", json={}, headers={"If-Match": '"1"'}
    )

    assert (past.status_code, past.json()["code"]) == (422, "time.past")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "not_found")
    assert strange.status_code == 404
    assert (await desk.client.get(desk.path)).json()["version"] == 1


async def test_what_still_holds_is_said_in_one_call(desk: Desk) -> None:
    await desk.set(1, check_every_days=30, next_check="2032-01-05T09:00:00")

    answer = await desk.client.post(f"{desk.path}/confirm", json={})

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["next_check"].endswith("T09:00:00")
    assert body["next_check"] < "2032"
    assert body["checked_by"].startswith("token:tok_")


async def test_an_update_is_proposed_chosen_approved_and_its_copies_told(desk: Desk) -> None:
    bad = await desk.client.patch(
        f"{UPDATES}/{desk.update}",
        json={"copies": [{"delivery_id": show("dlv", new_id()), "way": "edit"}]},
        headers={"If-Match": '"1"'},
    )
    wordless = await desk.client.post(f"{UPDATES}/{desk.update}/approve")
    chosen = await desk.client.patch(
        f"{UPDATES}/{desk.update}",
        json={"parts": ["Fini."], "copies": [{"delivery_id": desk.copy, "way": "edit"}]},
        headers={"If-Match": '"1"'},
    )
    approved = await desk.client.post(f"{UPDATES}/{desk.update}/approve")
    again = await desk.client.post(f"{UPDATES}/{desk.update}/approve")

    assert (bad.status_code, bad.json()["code"]) == (404, "not_found")
    assert wordless.json()["errors"][0]["code"] == "update.words_missing"
    assert (chosen.status_code, chosen.json()["version"]) == (200, 2)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert again.json() == approved.json()
    [copy] = approved.json()["copies"]
    edits = await desk.client.get("/v1/deliveries", params={"kind": "edit", "post_id": desk.post})
    assert [each["id"] for each in edits.json()["data"]] == copy["carried_out_by"]


async def test_an_update_sent_twice_is_one_and_a_second_one_waits(desk: Desk) -> None:
    await desk.client.post(f"{UPDATES}/{desk.update}/dismiss", json={"words": "Non."})
    path = f"/v1/posts/{desk.post}/updates"
    body = {"id": show("upd", new_id()), "note": "Nouveau tarif."}
    first = await desk.client.post(path, json=body)
    second = await desk.client.post(path, json=body)
    other = await desk.client.post(path, json={})
    taken = await desk.client.post(path, json={**body, "note": "Autre."})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["location"] == f"{UPDATES}/{body['id']}"
    assert first.json() == second.json()
    assert (other.status_code, other.json()["code"]) == (409, "already_exists")
    assert (taken.status_code, taken.json()["code"]) == (409, "id.taken")


async def test_nothing_is_proposed_for_a_draft(desk: Desk) -> None:
    answer = await desk.client.post(f"/v1/posts/{desk.draft}/updates", json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "state.not_allowed")


async def test_updates_are_listed_by_what_is_asked(desk: Desk, house: Furnished) -> None:
    async def listed(**query: str) -> list[str]:
        answer = await desk.client.get(UPDATES, params=query)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["data"]]

    here = house.here
    for query in ({}, {"state": "proposed"}, {"reason": "asked"}, {"post_id": desk.post}):
        assert await listed(**query) == [desk.update]
    assert await listed(community_id=here[named("com")]) == [desk.update]
    for query in ({"state": "done"}, {"reason": "expired"}, {"post_id": desk.draft}):
        assert await listed(**query) == []


async def test_stale_posts_are_listed_alone(desk: Desk, database: Database, tenant: Tenant) -> None:
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE posts SET stale_for = '{expired}' WHERE title = 'La taille de la vigne'"
        )

    stale = await desk.client.get("/v1/posts", params={"is_stale": "true"})
    fresh = await desk.client.get("/v1/posts", params={"is_stale": "false"})

    assert [each["id"] for each in stale.json()["data"]] == [desk.post]
    assert desk.post not in [each["id"] for each in fresh.json()["data"]]
    assert len(fresh.json()["data"]) == 4


async def test_the_graph_does_the_same(desk: Desk, tenant: Tenant) -> None:
    given = {"id": desk.post, "expectedVersion": 1, "validUntil": "2032-07-01T12:00:00"}
    changed = await ask(tenant, CHANGE, input=given)
    await desk.client.patch(
        f"{UPDATES}/{desk.update}", json={"parts": ["Fini."]}, headers={"If-Match": '"1"'}
    )
    read = await ask(tenant, READ, post=desk.post, update=desk.update)
    approved = await ask(tenant, APPROVE, input={"id": desk.update})

    assert changed["changeUpkeep"]["upkeep"] == {
        "postId": desk.post,
        "validUntilAt": "2032-07-01T10:00:00Z",
        "version": 2,
    }
    assert read["upkeep"] == {"checkEveryDays": None, "staleFor": []}
    assert read["update"]["reason"] == "ASKED"
    assert read["update"]["copies"][0]["way"] == "EDIT"
    assert read["post"] == {"upkeep": {"nextCheck": None}}
    assert read["updates"] == {"nodes": [{"id": desk.update}]}
    assert read["posts"] == {"nodes": []}
    found = approved["approveUpdate"]["update"]
    assert (found["state"], found["copies"][0]["state"]) == ("APPROVED", "WAITING")
    assert found["post"] == {"title": "La taille de la vigne"}


async def test_each_act_needs_its_scope(
    app: FastAPI, database: Database, tenant: Tenant, desk: Desk
) -> None:
    token = await make_token(database, tenant.workspace_id, [Scope.POSTS_WRITE])
    async with client_for(app, token) as client:
        refused = await client.post(f"{UPDATES}/{desk.update}/approve")
        dismissed = await client.post(f"{UPDATES}/{desk.update}/dismiss", json={"words": "Non."})

    for answer in (refused, dismissed):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope.missing")
    assert (await desk.client.get(f"{UPDATES}/{desk.update}")).json()["state"] == "proposed"
