"""/v1/accounts as a client sees it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from arq.connections import ArqRedis
from fastapi import FastAPI
from sqlmodel import text

from domain.kernel.caller import Scope
from domain.kernel.clock import utc_now
from domain.kernel.database import Database
from domain.kernel.ids import new_id, read, show
from domain.kernel.settings import Settings
from tests.sandbox_stage import ROOT, Stage, open_stage
from tests.workers.world import make_context
from tests.world import Tenant, client_for, make_token
from workers.accounts import check_due, connect_due
from workers.context import Context
from workers.mentions import read_due

WAIT = {"Prefer": "wait=5"}
SECRET = "abcd-efgh-ijkl-mnop"
LOGIN = {"handle": "ana.example", "app_password": SECRET}


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    async with open_stage(database) as opened:
        yield opened


@pytest.fixture
def context(settings: Settings, database: Database, redis: ArqRedis, stage: Stage) -> Context:
    return make_context(settings, database, redis, stage, clock=utc_now)


async def make_community(tenant: Tenant) -> str:
    body = {"name": "Vaud", "slug": f"c-{new_id().hex[-12:]}", "time_zone": "Europe/Zurich"}
    answer = await tenant.client.post("/v1/communities", json=body)
    made: str = answer.json()["id"]
    return made


async def body_for(tenant: Tenant, stage: Stage, **changes: object) -> dict[str, object]:
    player = await stage.account()
    login = {"server": ROOT, "handle": player.handle, "token": player.token}
    community_id = await make_community(tenant)
    return {"community_id": community_id, "network": "sandbox", "login": login, **changes}


async def work(context: Context, tenant: Tenant) -> None:
    """What a worker does within two seconds."""
    for _ in range(100):
        claimed = await connect_due(context, tenant.workspace_id, now=context.clock())
        claimed += await check_due(context, tenant.workspace_id, now=context.clock())
        await context.slots.drain(5)
        if claimed:
            return
        await asyncio.sleep(0.02)


async def connected(tenant: Tenant, stage: Stage, context: Context) -> dict[str, object]:
    body = await body_for(tenant, stage)
    answer, _ = await asyncio.gather(
        tenant.client.post("/v1/accounts", json=body, headers=WAIT), work(context, tenant)
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


async def told(tenant: Tenant) -> list[str]:
    answer = await tenant.client.get("/v1/events?limit=100")
    return [e["kind"] for e in answer.json()["data"] if e["kind"].startswith("account.")]


async def test_caller_who_waits_sees_the_connected_account(
    tenant: Tenant, stage: Stage, context: Context
) -> None:
    body = await body_for(tenant, stage)

    answer, _ = await asyncio.gather(
        tenant.client.post("/v1/accounts", json=body, headers=WAIT), work(context, tenant)
    )

    made = answer.json()
    assert (answer.status_code, made["state"], made["problem"]) == (201, "connected", None)
    assert answer.headers["location"] == f"/v1/accounts/{made['id']}"
    assert answer.headers["preference-applied"] == "wait=5"
    assert made["server"] == ROOT
    assert made["next_read_at"] is not None
    read_again = await tenant.client.get(answer.headers["location"])
    assert read_again.json() == made
    assert read_again.headers["etag"].startswith(answer.headers["etag"].rstrip('"'))
    assert await told(tenant) == ["account.created", "account.connected"]


async def test_caller_who_does_not_wait_is_told_where_to_look(tenant: Tenant, stage: Stage) -> None:
    answer = await tenant.client.post("/v1/accounts", json=await body_for(tenant, stage))

    assert (answer.status_code, answer.json()["state"]) == (202, "connecting")
    assert "preference-applied" not in answer.headers
    assert (await tenant.client.get(answer.headers["location"])).json() == answer.json()


async def test_nothing_a_caller_sees_or_the_database_keeps_holds_the_login(
    tenant: Tenant, database: Database
) -> None:
    community_id = await make_community(tenant)
    body = {"community_id": community_id, "network": "bluesky", "login": LOGIN}
    made = await tenant.client.post("/v1/accounts", json=body, headers={"Idempotency-Key": "k1"})
    url = made.headers["location"]
    seen = [made, await tenant.client.get(url), await tenant.client.get("/v1/events")]

    assert all(SECRET not in answer.text for answer in seen)
    kept = (
        "SELECT (SELECT json_agg(a) FROM accounts a)::text"
        " || (SELECT json_agg(k) FROM kept_answers k)::text"
    )
    async with database.transaction(tenant.workspace_id) as session:
        rows = (await session.exec(text(kept))).scalar_one()  # type: ignore[call-overload]  # SQLModel types no text()
    assert "sealed_login" in rows
    assert SECRET not in rows
    assert SECRET.encode().hex() not in rows


async def test_login_is_held_against_the_manifest(tenant: Tenant) -> None:
    community_id = await make_community(tenant)
    login = {"handle": " ", "password/old": "x"}
    body = {"community_id": community_id, "network": "bluesky", "login": login}
    misfit = await tenant.client.post("/v1/accounts", json=body)
    unknown = await tenant.client.post("/v1/accounts", json={**body, "network": "myspace"})

    assert (misfit.status_code, misfit.json()["code"]) == (422, "request.invalid")
    assert [(each["pointer"], each["code"]) for each in misfit.json()["errors"]] == [
        ("/login/handle", "missing"),
        ("/login/app_password", "missing"),
        ("/login/password~1old", "extra_forbidden"),
    ]
    assert (unknown.status_code, unknown.json()["code"]) == (422, "network.unknown")
    assert unknown.json()["errors"][0]["pointer"] == "/network"
    assert (await tenant.client.get("/v1/accounts")).json()["data"] == []


async def test_unknown_and_foreign_communities_are_not_found(
    tenant: Tenant, foreigner: Tenant
) -> None:
    foreign = await make_community(foreigner)
    body = {"network": "bluesky", "login": LOGIN}
    for community_id in (show("com", new_id()), foreign):
        answer = await tenant.client.post(
            "/v1/accounts", json={**body, "community_id": community_id}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json()["detail"] == "There is no such community in this workspace."


async def test_failed_login_is_told_with_what_to_do(
    tenant: Tenant, stage: Stage, context: Context
) -> None:
    player = await stage.account()
    login = {"server": ROOT, "handle": player.handle, "token": "wrong-token"}
    body = await body_for(tenant, stage, login=login)

    answer, _ = await asyncio.gather(
        tenant.client.post("/v1/accounts", json=body, headers=WAIT), work(context, tenant)
    )

    problem = answer.json()["problem"]
    assert (answer.status_code, answer.json()["state"]) == (201, "failed")
    assert (problem["acting_party"], problem["is_retryable"]) == ("user", False)
    assert await told(tenant) == ["account.created", "account.connection_failed"]
    data = (await tenant.client.get("/v1/events")).json()["data"][-1]["data"]
    assert (data["code"], data["type"]) == (problem["code"], problem["type"])


async def test_resend_with_a_key_makes_one_account_and_hears_the_last_answer(
    tenant: Tenant, stage: Stage, context: Context
) -> None:
    body = await body_for(tenant, stage)
    headers = {**WAIT, "Idempotency-Key": "one"}

    first, _ = await asyncio.gather(
        tenant.client.post("/v1/accounts", json=body, headers=headers), work(context, tenant)
    )
    again = await tenant.client.post("/v1/accounts", json=body, headers=headers)
    other = await tenant.client.post("/v1/accounts", json={**body, "login": LOGIN}, headers=headers)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key.reused")
    assert len((await tenant.client.get("/v1/accounts")).json()["data"]) == 1


async def test_client_made_id_twice_gives_the_first_account(tenant: Tenant, stage: Stage) -> None:
    body = await body_for(tenant, stage, id=show("acct", new_id()))
    first = await tenant.client.post("/v1/accounts", json=body)
    again = await tenant.client.post("/v1/accounts", json=body)
    login = {"server": ROOT, "handle": "x", "token": "other"}
    other = await tenant.client.post("/v1/accounts", json={**body, "login": login})

    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "id.taken")


async def test_list_is_filtered_sorted_and_paged(
    tenant: Tenant, stage: Stage, context: Context
) -> None:
    one = await connected(tenant, stage, context)
    two = (await tenant.client.post("/v1/accounts", json=await body_for(tenant, stage))).json()
    three = {"community_id": two["community_id"], "network": "bluesky", "login": LOGIN}
    three = (await tenant.client.post("/v1/accounts", json=three)).json()

    async def ids(query: str) -> list[str]:
        answer = await tenant.client.get(f"/v1/accounts?{query}")
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["data"]]

    assert await ids("") == [one["id"], two["id"], three["id"]]
    assert await ids("sort=-created_at&limit=1") == [three["id"]]
    assert await ids(f"community_id={two['community_id']}") == [two["id"], three["id"]]
    assert await ids("network=bluesky&network=feed") == [three["id"]]
    assert await ids("state=connected&state=failed") == [one["id"]]
    page = await tenant.client.get("/v1/accounts?limit=2")
    following = await tenant.client.get(page.links["next"]["url"])
    assert [each["id"] for each in following.json()["data"]] == [three["id"]]


async def test_longest_poll_is_changed_with_the_version(tenant: Tenant, stage: Stage) -> None:
    made = (await tenant.client.post("/v1/accounts", json=await body_for(tenant, stage))).json()
    url = f"/v1/accounts/{made['id']}"

    missing = await tenant.client.patch(url, json={"poll_longest_s": 300})
    stale = await tenant.client.patch(
        url, json={"poll_longest_s": 300}, headers={"If-Match": '"9"'}
    )
    hasty = await tenant.client.patch(url, json={"poll_longest_s": 1}, headers={"If-Match": "*"})
    done = await tenant.client.patch(url, json={"poll_longest_s": 300}, headers={"If-Match": '"1"'})

    assert [missing.status_code, stale.status_code, hasty.status_code] == [428, 412, 422]
    assert (done.status_code, done.json()["poll_longest_s"]) == (200, 300)
    assert done.headers["etag"] == '"2"'


async def test_account_is_connected_again_with_a_new_login(
    tenant: Tenant, stage: Stage, context: Context
) -> None:
    player = await stage.account()
    login = {"server": ROOT, "handle": player.handle, "token": player.token}
    body = await body_for(tenant, stage, login=login)
    await asyncio.gather(
        tenant.client.post("/v1/accounts", json=body, headers=WAIT), work(context, tenant)
    )
    made = (await tenant.client.get("/v1/accounts")).json()["data"][0]
    url = f"/v1/accounts/{made['id']}/reconnect"

    same, _ = await asyncio.gather(
        tenant.client.post(url, json={"login": login}, headers=WAIT), work(context, tenant)
    )
    stranger = await stage.account()
    login = {"server": ROOT, "handle": stranger.handle, "token": stranger.token}
    other, _ = await asyncio.gather(
        tenant.client.post(url, json={"login": login}, headers=WAIT), work(context, tenant)
    )
    misfit = await tenant.client.post(url, json={"login": {}})

    assert (same.status_code, same.json()["state"]) == (200, "connected")
    assert same.json()["id"] == made["id"]
    assert (other.status_code, other.json()["state"]) == (200, "connected")
    assert other.json()["problem"]["code"] == "account.identity_differs"
    assert other.json()["handle"] == player.handle
    assert misfit.status_code == 422
    assert await told(tenant) == [
        "account.created",
        "account.connected",
        "account.reconnecting",
        "account.connected",
        "account.reconnecting",
        "account.connection_failed",
    ]


async def test_check_is_made_at_once(tenant: Tenant, stage: Stage, context: Context) -> None:
    made = await connected(tenant, stage, context)
    url = f"/v1/accounts/{made['id']}"

    asked = await tenant.client.post(f"{url}/check")
    before = len(stage.calls)
    await work(context, tenant)
    after = (await tenant.client.get(url)).json()

    assert asked.status_code == 202
    assert asked.json()["next_check_at"] < str(made["next_check_at"])
    assert [call.url for call in stage.calls[before:]] == [f"{ROOT}/v1/me"]
    assert (after["state"], after["problem"]) == ("connected", None)
    assert after["next_check_at"] > asked.json()["next_check_at"]


async def test_inbox_is_read_at_once_but_not_twice_in_ten_seconds(
    tenant: Tenant, stage: Stage, context: Context
) -> None:
    made = await connected(tenant, stage, context)
    url = f"/v1/accounts/{made['id']}"
    await read_due(context, tenant.workspace_id, now=context.clock())
    await context.slots.drain(10)
    before = (await tenant.client.get(url)).json()

    asked = await tenant.client.post(f"{url}/pull")
    again = await tenant.client.post(f"{url}/pull")

    last_read_at = datetime.fromisoformat(before["last_read_at"])
    assert datetime.fromisoformat(before["next_read_at"]) > last_read_at + timedelta(seconds=10)
    assert [answer.status_code for answer in (asked, again)] == [202, 202]
    for answer in (asked, again):
        found = datetime.fromisoformat(answer.json()["next_read_at"])
        assert found == last_read_at + timedelta(seconds=10)
        assert answer.json()["version"] == before["version"]


async def test_account_without_access_is_not_read(tenant: Tenant, stage: Stage) -> None:
    made = (await tenant.client.post("/v1/accounts", json=await body_for(tenant, stage))).json()
    url = f"/v1/accounts/{made['id']}"

    refused = await tenant.client.post(f"{url}/pull")

    assert made["state"] == "connecting"
    assert (refused.status_code, refused.json()["code"]) == (409, "account.disconnected")
    assert (await tenant.client.get(url)).json()["next_read_at"] is None


async def test_removed_account_is_gone_and_its_credentials_forgotten(
    tenant: Tenant, stage: Stage, context: Context, database: Database
) -> None:
    made = await connected(tenant, stage, context)
    url = f"/v1/accounts/{made['id']}"

    removed = await tenant.client.delete(url)

    assert removed.status_code == 204
    assert (await tenant.client.get(url)).status_code == 404
    assert (await tenant.client.delete(url)).status_code == 404
    assert (await tenant.client.get("/v1/accounts")).json()["data"] == []
    kept = text("SELECT sealed_grant, sealed_login, read_at FROM accounts WHERE id = :id")
    async with database.transaction(tenant.workspace_id) as session:
        found = await session.exec(kept, params={"id": id_of(made)})  # type: ignore[call-overload]  # SQLModel types no text()
        assert found.one() == (None, None, None)
    assert (await told(tenant))[-1] == "account.removed"


async def test_foreigner_sees_nothing(
    tenant: Tenant, foreigner: Tenant, stage: Stage, context: Context
) -> None:
    made = await connected(tenant, stage, context)
    url = f"/v1/accounts/{made['id']}"
    client, any_version = foreigner.client, {"If-Match": "*"}

    answers = [
        await client.get(url),
        await client.patch(url, json={"poll_longest_s": 60}, headers=any_version),
        await client.post(f"{url}/reconnect", json={"login": {}}),
        await client.post(f"{url}/check"),
        await client.post(f"{url}/pull"),
        await client.delete(url),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert (await client.get("/v1/accounts")).json()["data"] == []
    assert (await tenant.client.get(url)).json() == made


async def test_scopes_are_asked_before_anything_is_looked_up(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    reader = await make_token(database, tenant.workspace_id, [Scope.ACCOUNTS_READ])
    nobody = await make_token(database, tenant.workspace_id, [Scope.EVENTS_READ])
    url = f"/v1/accounts/{show('acct', new_id())}"
    body = {"community_id": show("com", new_id()), "network": "bluesky", "login": LOGIN}

    async with client_for(app, reader) as client:
        writes = [
            await client.post("/v1/accounts", json=body),
            await client.patch(url, json={}, headers={"If-Match": "*"}),
            await client.post(f"{url}/reconnect", json={"login": LOGIN}),
            await client.post(f"{url}/check"),
            await client.post(f"{url}/pull"),
            await client.delete(url),
        ]
        missing = await client.get(url)
    async with client_for(app, nobody) as client:
        reads = [await client.get(url), await client.get("/v1/accounts")]

    assert [(a.status_code, a.json()["code"]) for a in writes] == [(403, "scope.missing")] * 6
    assert [a.status_code for a in reads] == [403, 403]
    assert missing.status_code == 404


async def test_without_a_token_nothing_is_told(stranger: httpx2.AsyncClient) -> None:
    answers = [await stranger.get("/v1/accounts"), await stranger.post("/v1/accounts", json={})]

    assert [a.status_code for a in answers] == [401, 401]


def id_of(made: dict[str, object]) -> UUID:
    return read("acct", str(made["id"]))
