"""/v1/communities as a client sees it."""

import asyncio
import json

import httpx2
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.world import Tenant, client_for, make_token

BODY = {"name": "Vaud au quotidien", "slug": "vaud", "time_zone": "Europe/Zurich"}


async def make(tenant: Tenant, **changes: object) -> dict[str, object]:
    answer = await tenant.client.post("/v1/communities", json={**BODY, **changes})
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


async def events(tenant: Tenant) -> list[str]:
    answer = await tenant.client.get("/v1/events")
    return [event["kind"] for event in answer.json()["data"]]


async def test_community_is_made_and_read_again(tenant: Tenant) -> None:
    answer = await tenant.client.post("/v1/communities", json=BODY)
    made = answer.json()

    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert made["id"].startswith("com_")
    assert made["languages"] == []
    read = await tenant.client.get(f"/v1/communities/{made['id']}")
    assert read.json() == made
    assert await events(tenant) == ["workspace.created", "token.created", "community.created"]


async def test_taken_slug_is_refused_and_nothing_is_written(tenant: Tenant) -> None:
    await make(tenant)
    answer = await tenant.client.post("/v1/communities", json=BODY)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    assert len((await tenant.client.get("/v1/communities")).json()["data"]) == 1


async def test_pages_follow_each_other_and_link_to_the_next(tenant: Tenant) -> None:
    for number in range(5):
        await make(tenant, slug=f"c{number}", name=f"C{number}")

    names, url = [], "/v1/communities?limit=2&sort=-name"
    while url:
        answer = await tenant.client.get(url)
        names += [each["name"] for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")

    assert names == ["C4", "C3", "C2", "C1", "C0"]


async def test_change_needs_the_version_and_touches_only_what_is_sent(tenant: Tenant) -> None:
    made = await make(tenant, description="before")
    url = f"/v1/communities/{made['id']}"

    missing = await tenant.client.patch(url, json={"name": "After"})
    stale = await tenant.client.patch(url, json={"name": "After"}, headers={"If-Match": '"7"'})
    changed = await tenant.client.patch(url, json={"name": "After"}, headers={"If-Match": '"1"'})

    assert (missing.status_code, missing.json()["code"]) == (428, "version.missing")
    assert (stale.status_code, stale.json()["code"]) == (412, "version.stale")
    assert changed.status_code == 200
    assert changed.json()["name"] == "After"
    assert changed.json()["description"] == "before"
    assert changed.headers["etag"] == '"2"'


async def test_null_for_a_name_is_refused(tenant: Tenant) -> None:
    made = await make(tenant)
    url = f"/v1/communities/{made['id']}"
    answer = await tenant.client.patch(url, json={"name": None}, headers={"If-Match": "*"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/name"


async def test_unknown_zone_and_wrong_kind_of_id_have_their_own_codes(tenant: Tenant) -> None:
    zone = await tenant.client.post("/v1/communities", json={**BODY, "time_zone": "Mars/Base"})
    kind = await tenant.client.get(f"/v1/communities/{show('post', new_id())}")
    junk = await tenant.client.get("/v1/communities/12")

    assert (zone.status_code, zone.json()["code"]) == (422, "time_zone.unknown")
    assert (kind.status_code, kind.json()["code"]) == (422, "id.wrong_kind")
    assert (junk.status_code, junk.json()["code"]) == (422, "id.malformed")


async def test_junk_cursor_broken_json_and_heavy_body_have_their_own_codes(tenant: Tenant) -> None:
    cursor = await tenant.client.get("/v1/communities?cursor=junk")
    broken = await tenant.client.post(
        "/v1/communities", content=b'{"name": ', headers={"content-type": "application/json"}
    )
    heavy = await tenant.client.post(
        "/v1/communities", json={**BODY, "description": "x" * 1_100_000}
    )

    assert (cursor.status_code, cursor.json()["code"]) == (422, "cursor.invalid")
    assert (broken.status_code, broken.json()["code"]) == (400, "body.malformed")
    assert (heavy.status_code, heavy.json()["code"]) == (413, "body.too_large")


async def test_client_made_id_twice_gives_the_first_result(tenant: Tenant) -> None:
    id_ = show("com", new_id())
    first = await make(tenant, id=id_)
    again = await make(tenant, id=id_)
    other = await tenant.client.post("/v1/communities", json={**BODY, "id": id_, "name": "Other"})

    assert again == first
    assert (other.status_code, other.json()["code"]) == (409, "id.taken")


async def test_idempotency_key_answers_the_same_and_makes_one(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "first-of-its-kind"}
    answers = await asyncio.gather(
        *(tenant.client.post("/v1/communities", json=BODY, headers=headers) for _ in range(5))
    )
    other = await tenant.client.post(
        "/v1/communities", json={**BODY, "slug": "other"}, headers=headers
    )

    assert {answer.text for answer in answers} == {answers[0].text}
    assert [answer.status_code for answer in answers] == [201] * 5
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 4
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key.reused")
    assert len((await tenant.client.get("/v1/communities")).json()["data"]) == 1


async def test_idempotency_key_knows_a_body_that_is_written_otherwise(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "written-anew", "Content-Type": "application/json"}
    turned = dict(reversed(BODY.items()))
    bodies = [json.dumps(BODY), json.dumps(turned, indent=2, ensure_ascii=False)]

    answers = [
        await tenant.client.post("/v1/communities", content=body, headers=headers)
        for body in bodies
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["idempotent-replayed"] == "true"
    assert answers[1].json() == answers[0].json()


async def test_foreigner_sees_nothing(tenant: Tenant, foreigner: Tenant) -> None:
    made = await make(tenant)
    url = f"/v1/communities/{made['id']}"

    read = await foreigner.client.get(url)
    change = await foreigner.client.patch(url, json={"name": "X"}, headers={"If-Match": "*"})
    remove = await foreigner.client.delete(url)

    assert [a.status_code for a in (read, change, remove)] == [404, 404, 404]
    assert (await foreigner.client.get("/v1/communities")).json()["data"] == []
    assert (await tenant.client.get(url)).json() == made


async def test_without_a_token_nothing_is_told(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.get("/v1/communities")
    forged = await stranger.get("/v1/communities", headers={"Authorization": "Bearer pv_live_x"})

    assert (answer.status_code, answer.json()["code"]) == (401, "token.missing")
    assert (forged.status_code, forged.json()["code"]) == (401, "token.invalid")
    place = 'resource_metadata="http://127.0.0.1:8000/.well-known/oauth-protected-resource"'
    assert answer.headers["www-authenticate"] == f'Bearer realm="parvis", {place}'
    told = f'Bearer realm="parvis", error="invalid_token", {place}'
    assert forged.headers["www-authenticate"] == told


async def test_what_a_token_lacks_is_told_to_programs_too(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    token = await make_token(database, tenant.workspace_id, [])
    async with client_for(app, token) as client:
        answer = await client.get("/v1/communities")

    told = answer.headers["www-authenticate"].split(", ")
    assert answer.status_code == 403
    assert told[1:3] == ['error="insufficient_scope"', 'scope="communities:read"']


async def test_removed_community_is_gone(tenant: Tenant) -> None:
    made = await make(tenant)
    url = f"/v1/communities/{made['id']}"

    assert (await tenant.client.delete(url)).status_code == 204
    assert (await tenant.client.get(url)).status_code == 404
    assert (await tenant.client.delete(url)).status_code == 404
