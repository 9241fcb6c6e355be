"""/v1/api-keys: a member's own, able to do no more than the token that makes them."""

import httpx2
from fastapi import FastAPI
from sqlmodel import col, select

from domain.identity.tables import Token
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.workspaces.shapes import Role
from tests.api.graph.asking import post
from tests.api.identity.conftest import Join
from tests.domain.identity.build import (
    build_access,
    build_application,
    build_key,
    build_member,
)
from tests.world import Tenant, client_for, make_token

BODY = {"name": "Nightly report", "scopes": ["posts:read", "metrics:read"]}
CREATE = """
mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on CreateApiKeySuccess { apiKey { id key hint scopes communities addresses } }
    ... on Error { code field }
  }
}
"""
REVOKE = """
mutation ($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) { __typename ... on RevokeApiKeySuccess { id } }
}
"""


async def keys_kept(database: Database, tenant: Tenant) -> int:
    async with database.transaction(tenant.workspace_id) as session:
        return len((await session.exec(select(Token).where(col(Token.kind) == "key"))).all())


async def test_key_is_shown_once_and_works(app: FastAPI, join: Join) -> None:
    person = await join()
    answer = await person.client.post("/v1/api-keys", json=BODY)
    made = answer.json()

    assert answer.status_code == 201
    assert made["key"].startswith("pv_live_")
    assert made["hint"] == made["key"][-4:]
    assert made["member_id"] == show("mem", person.member_id)
    assert made["scopes"] == ["metrics:read", "posts:read"]
    read = await person.client.get(f"/v1/api-keys/{made['id']}")
    assert read.json() == {name: value for name, value in made.items() if name != "key"}
    assert answer.headers["location"] == f"/v1/api-keys/{made['id']}"
    async with client_for(app, made["key"]) as client:
        assert (await client.get("/v1/posts")).status_code == 200
        assert (await client.get("/v1/mentions")).json()["code"] == "scope.missing"


async def test_value_rests_nowhere_in_clear_not_even_in_the_kept_answer(
    database: Database, tenant: Tenant, join: Join
) -> None:
    person = await join()
    headers = {"Idempotency-Key": "once"}
    first = await person.client.post("/v1/api-keys", json=BODY, headers=headers)
    again = await person.client.post("/v1/api-keys", json=BODY, headers=headers)

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await keys_kept(database, tenant) == 2  # the person's own, and this one
    secret = first.json()["key"][30:60]
    async with database.transaction(tenant.workspace_id) as session:
        for table in ("tokens", "kept_answers", "events"):
            connection = await session.connection()
            found = await connection.exec_driver_sql(
                f"SELECT count(*) FROM {table} t"
                f" WHERE position('{secret}' IN t::text) > 0"
                f"    OR position(encode('{secret}'::bytea, 'hex') IN t::text) > 0"
            )
            assert found.scalar_one() == 0, table


async def test_key_can_do_no_more_than_the_token_that_makes_it(
    database: Database, tenant: Tenant, join: Join
) -> None:
    reader = await join(Role.READER)
    held_to = await join(Role.EDITOR, communities=[new_id()])
    before = await keys_kept(database, tenant)

    beyond = await reader.client.post("/v1/api-keys", json={**BODY, "scopes": ["posts:write"]})
    wide = await held_to.client.post(
        "/v1/api-keys", json={**BODY, "communities": [show("com", new_id())]}
    )

    assert (beyond.status_code, beyond.json()["code"]) == (403, "scope.beyond")
    assert beyond.json()["errors"][0]["pointer"] == "/scopes"
    assert (wide.status_code, wide.json()["code"]) == (403, "scope.beyond")
    assert wide.json()["errors"][0]["pointer"] == "/communities"
    assert await keys_kept(database, tenant) == before


async def test_key_of_a_token_held_to_communities_is_held_to_them_too(join: Join) -> None:
    community = new_id()
    person = await join(Role.EDITOR, communities=[community])

    made = (await person.client.post("/v1/api-keys", json=BODY)).json()

    assert made["communities"] == [show("com", community)]


async def test_token_of_nobody_makes_no_key(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    answer = await tenant.client.post("/v1/api-keys", json=BODY)
    async with client_for(app, await make_token(database, tenant.workspace_id, ())) as client:
        lists = [await client.get(f"/v1/{name}") for name in ("api-keys", "tokens", "grants")]

    assert (answer.status_code, answer.json()["code"]) == (403, "member.missing")
    assert {(each.status_code, each.json()["code"]) for each in lists} == {(403, "scope.missing")}
    assert await keys_kept(database, tenant) == 0


async def test_misfits_are_named(join: Join) -> None:
    person = await join()

    async def code(**changes: object) -> tuple[int, str, str]:
        answer = await person.client.post("/v1/api-keys", json={**BODY, **changes})
        problem = answer.json()
        return answer.status_code, problem["code"], problem["errors"][0]["pointer"]

    assert await code(addresses=["192.0.2.7/24"]) == (422, "address.unfit", "/addresses/0")
    assert await code(expires_at="2020-01-01T00:00:00Z") == (422, "time.past", "/expires_at")
    assert await code(scopes=[]) == (422, "request.invalid", "/scopes")
    assert await code(scopes=["all"]) == (422, "request.invalid", "/scopes/0")


async def test_members_see_and_revoke_their_own_administrators_all(
    app: FastAPI, tenant: Tenant, join: Join
) -> None:
    one, other = await join(Role.READER), await join(Role.READER)
    made = (await one.client.post("/v1/api-keys", json={**BODY, "scopes": ["posts:read"]})).json()
    url = f"/v1/api-keys/{made['id']}"

    async def listed(client: httpx2.AsyncClient) -> set[str]:
        return {each["name"] for each in (await client.get("/v1/api-keys")).json()["data"]}

    assert await listed(one.client) == {"key", "Nightly report"}
    assert await listed(other.client) == {"key"}
    assert (await other.client.get(url)).status_code == 404
    assert (await other.client.delete(url)).status_code == 404
    assert (await tenant.client.get(url)).status_code == 200
    assert (await tenant.client.delete(url)).status_code == 204
    assert (await one.client.get(url)).status_code == 404
    async with client_for(app, made["key"]) as client:
        assert (await client.get("/v1/posts")).json()["code"] == "token.invalid"


async def test_key_is_refused_from_an_address_it_is_not_made_for(join: Join, app: FastAPI) -> None:
    person = await join()
    elsewhere = {**BODY, "addresses": ["192.0.2.0/24"]}
    key = (await person.client.post("/v1/api-keys", json=elsewhere)).json()["key"]

    def coming_from(address: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=app, client=(address, 5000))
        headers = {"Authorization": f"Bearer {key}"}
        return httpx2.AsyncClient(
            transport=transport, base_url="http://parvis.test", headers=headers
        )

    async with coming_from("192.0.2.44") as inside, coming_from("198.51.100.1") as outside:
        allowed, refused = await inside.get("/v1/posts"), await outside.get("/v1/posts")
        graph = await post(outside, "{ posts { nodes { id } } }")
        fast = await outside.get("/v1/metrics/series?metrics=posts")

    assert allowed.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (403, "address.refused")
    assert (graph.status_code, fast.status_code) == (403, 403)


async def test_key_that_an_application_made_ends_with_its_grant(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    member_id = await build_member(database, tenant.workspace_id)
    application = (tenant.workspace_id, await build_application(database, tenant.workspace_id))
    access = await build_access(database, tenant.workspace_id, member_id, application)
    async with client_for(app, access.bearer) as client:
        made = (await client.post("/v1/api-keys", json=BODY)).json()
    async with client_for(app, made["key"]) as client:
        before = await client.get("/v1/posts")
        await tenant.client.delete(f"/v1/grants/{made['grant_id']}")
        after = await client.get("/v1/posts")

    assert made["grant_id"] == show("grant", access.grant_id)
    assert (before.status_code, after.status_code) == (200, 401)


async def test_key_that_an_application_made_stops_and_shrinks_with_it(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    member_id = await build_member(database, tenant.workspace_id)
    id_ = await build_application(database, tenant.workspace_id)
    access = await build_access(
        database, tenant.workspace_id, member_id, (tenant.workspace_id, id_)
    )
    url, latest = f"/v1/applications/{show('app', id_)}", {"If-Match": "*"}

    async def change(**changes: object) -> None:
        answer = await tenant.client.patch(url, json=changes, headers=latest)
        assert answer.status_code == 200

    async with client_for(app, access.bearer) as client:
        key = (await client.post("/v1/api-keys", json=BODY)).json()["key"]
    async with client_for(app, key) as client:
        await change(is_suspended=True)
        suspended = await client.get("/v1/posts")
        await change(is_suspended=False, scopes=["metrics:read"])
        shrunk = [await client.get("/v1/metrics"), await client.get("/v1/posts")]

    assert (suspended.status_code, suspended.json()["code"]) == (401, "token.invalid")
    assert [each.status_code for each in shrunk] == [200, 403]


async def test_nobody_is_given_what_another_program_of_the_member_was_answered(
    app: FastAPI, database: Database, tenant: Tenant
) -> None:
    member_id = await build_member(database, tenant.workspace_id)
    bearers = [await build_key(database, tenant.workspace_id, member_id) for _ in range(2)]
    for _ in range(2):
        id_ = await build_application(database, tenant.workspace_id)
        owner = (tenant.workspace_id, id_)
        bearers.append((await build_access(database, tenant.workspace_id, member_id, owner)).bearer)
    headers, given = (
        {"Idempotency-Key": "1"},
        {"input": {"name": "Graph", "scopes": ["POSTS_READ"]}},
    )

    made, shown = [], []
    for bearer in bearers:
        async with client_for(app, bearer) as client:
            answers = [await client.post("/v1/api-keys", json=BODY, headers=headers) for _ in "12"]
            graph = await client.post(
                "/graphql", json={"query": CREATE, "variables": given}, headers=headers
            )
        assert [each.headers.get("idempotent-replayed") for each in answers] == [None, "true"]
        assert answers[0].json() == answers[1].json()
        made.append(answers[0].json()["key"])
        shown.append(graph.json()["data"]["createApiKey"]["apiKey"]["key"])

    assert len({*made, *shown}) == 8


async def test_the_graph_makes_and_revokes_keys_too(join: Join) -> None:
    person = await join()
    given = {"name": "Graph", "scopes": ["POSTS_READ"], "addresses": ["192.0.2.0/24"]}
    done = (await post(person.client, CREATE, {"input": given})).json()["data"]["createApiKey"]
    key = done["apiKey"]
    refused = await post(person.client, CREATE, {"input": {**given, "addresses": ["x"]}})
    revoked = await post(person.client, REVOKE, {"input": {"id": key["id"]}})

    assert done["__typename"] == "CreateApiKeySuccess"
    assert key["key"].endswith(key["hint"])
    assert (key["scopes"], key["addresses"]) == (["POSTS_READ"], ["192.0.2.0/24"])
    assert refused.json()["data"]["createApiKey"]["code"] == "address.unfit"
    assert revoked.json()["data"]["revokeApiKey"]["id"] == key["id"]
    assert (await person.client.get(f"/v1/api-keys/{key['id']}")).status_code == 404


async def test_foreigner_finds_no_key(join: Join, foreigner: Tenant) -> None:
    person = await join()
    made = (await person.client.post("/v1/api-keys", json=BODY)).json()
    url = f"/v1/api-keys/{made['id']}"

    assert (await foreigner.client.get(url)).status_code == 404
    assert (await foreigner.client.delete(url)).status_code == 404
    assert (await foreigner.client.get("/v1/api-keys")).json()["data"] == []
    assert (await person.client.get(url)).status_code == 200
