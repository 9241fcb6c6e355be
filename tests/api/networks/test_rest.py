import httpx2
import jsonschema_rs
from fastapi import FastAPI

from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.world import Tenant, client_for, make_token, opened


async def test_every_network_shows_limits_abilities_and_login(tenant: Tenant) -> None:
    answer = await tenant.client.get("/v1/networks")
    networks = {each["key"]: each for each in answer.json()["data"]}

    assert answer.status_code == 200
    assert {"bluesky", "feed", "mastodon", "sandbox"} <= set(networks)
    assert networks["bluesky"]["text"]["maximum"] == 300
    assert networks["bluesky"]["idempotency"] == "A"
    assert [field["name"] for field in networks["mastodon"]["login"]] == ["server", "access_token"]
    assert networks["bluesky"]["abilities"] == [
        "connect",
        "consent",
        "publish",
        "withdraw",
        "answer",
        "threads",
        "images",
        "videos",
        "link_cards",
        "quotes",
        "first_comments",
        "inbox",
        "metrics",
        "read_back",
    ]
    assert {"edit", "polls"} <= set(networks["mastodon"]["abilities"])
    assert networks["bluesky"]["polls"] is None
    assert networks["mastodon"]["polls"]["options_max"] == 4
    assert "publish" not in networks["feed"]["abilities"]


async def test_networks_come_in_pages(tenant: Tenant) -> None:
    keys, url = [], "/v1/networks?limit=1"
    while url:
        answer = await tenant.client.get(url)
        keys += [each["key"] for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")

    whole = (await tenant.client.get("/v1/networks")).json()
    assert keys == sorted(keys) == [each["key"] for each in whole["data"]]
    assert whole["page"] == {"next_cursor": None, "has_more": False}


async def test_one_network_is_read_by_its_key(tenant: Tenant) -> None:
    found = await tenant.client.get("/v1/networks/bluesky")
    unknown = await tenant.client.get("/v1/networks/myspace")
    junk = await tenant.client.get("/v1/networks?cursor=junk")

    assert (found.status_code, found.json()["name"]) == (200, "Bluesky")
    assert found.json()["text"]["source"]["read_on"] == "2026-11-22"
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (junk.status_code, junk.json()["code"]) == (422, "cursor.invalid")


async def test_networks_say_which_version_of_each_api_is_spoken(
    settings: Settings, tenant: Tenant
) -> None:
    query = '{ network(key: "discord") { apis { name path spoken versions { name sunsetOn } } } }'
    chosen = settings.model_copy(update={"network_versions": ("discord.rest=v9",)})

    found = (await tenant.client.get("/v1/networks/discord")).json()["apis"]
    plain = (await tenant.client.get("/v1/networks/bluesky")).json()["apis"]
    asked = await tenant.client.post("/graphql", json={"query": query})
    async with opened(create_app(chosen)) as app, client_for(app, tenant.token) as client:
        moved = (await client.get("/v1/networks/discord")).json()["apis"]

    assert found == [
        {
            "name": "rest",
            "path": "/api/{version}",
            "versions": [
                {"name": "v10", "sunset_on": None},
                {"name": "v9", "sunset_on": None},
            ],
            "source": {
                "url": "https://docs.discord.com/developers/reference#api-versioning",
                "read_on": "2026-11-27",
            },
            "spoken": "v10",
        }
    ]
    assert [(api["path"], api["versions"], api["spoken"]) for api in plain] == [("/xrpc", [], None)]
    assert asked.json()["data"]["network"]["apis"] == [
        {
            "name": "rest",
            "path": "/api/{version}",
            "spoken": "v10",
            "versions": [{"name": "v10", "sunsetOn": None}, {"name": "v9", "sunsetOn": None}],
        }
    ]
    assert moved == [{**found[0], "spoken": "v9"}]


async def test_any_token_will_do_and_none_will_not(
    app: FastAPI, database: Database, tenant: Tenant, stranger: httpx2.AsyncClient
) -> None:
    token = await make_token(database, tenant.workspace_id, [])
    async with client_for(app, token) as client:
        allowed = await client.get("/v1/networks/bluesky")

    assert allowed.status_code == 200
    assert (await stranger.get("/v1/networks")).status_code == 401
    assert (await stranger.get("/v1/networks/bluesky")).status_code == 401


async def test_settings_come_as_a_schema_that_forms_are_built_from(tenant: Tenant) -> None:
    schema = (await tenant.client.get("/v1/networks/bluesky")).json()["settings_schema"]
    feed = (await tenant.client.get("/v1/networks/feed")).json()
    asked = await tenant.client.post(
        "/graphql", json={"query": '{ network(key: "bluesky") { settingsSchema } }'}
    )

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert jsonschema_rs.meta.is_valid(schema)
    taken = jsonschema_rs.Draft202012Validator(schema)
    assert taken.is_valid({"replies_from": ["followers"], "can_be_quoted": False})
    assert not taken.is_valid({"replies_from": ["friends"]})
    assert feed["settings_schema"] is None
    assert asked.json()["data"]["network"]["settingsSchema"] == schema
