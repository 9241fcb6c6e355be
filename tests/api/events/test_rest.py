"""/v1/events as a client sees it, and the same log through the graph."""

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.pages import make_cursor
from tests.api.graph.asking import ask, refusal
from tests.world import Tenant, make_token

COMMUNITY = {"name": "Vaud", "slug": "vaud", "time_zone": "Europe/Zurich"}
BEGINNING = ["workspace.created", "token.created"]
BEHIND_THE_FIRST = "kqZudW1iZXIB"
"""As the first release made it."""


async def test_a_client_follows_link_and_then_its_cursor(tenant: Tenant) -> None:
    made = await tenant.client.post("/v1/communities", json=COMMUNITY)
    first = await tenant.client.get("/v1/events?limit=2")
    second = await tenant.client.get(first.links["next"]["url"])
    cursor = second.json()["page"]["next_cursor"]
    nothing = await tenant.client.get("/v1/events", params={"cursor": cursor})
    await tenant.client.delete(f"/v1/communities/{made.json()['id']}")
    later = await tenant.client.get("/v1/events", params={"cursor": cursor})

    assert [event["kind"] for event in first.json()["data"]] == BEGINNING
    [event] = second.json()["data"]
    assert (event["number"], event["kind"]) == (3, "community.created")
    assert event["subject_id"] == made.json()["id"]
    assert event["actor"].startswith("token:tok_")
    assert (second.json()["page"]["has_more"], "link" in second.headers) == (False, False)
    assert nothing.json() == {"data": [], "page": {"next_cursor": cursor, "has_more": False}}
    assert [event["kind"] for event in later.json()["data"]] == ["community.removed"]


async def test_a_cursor_that_a_reader_kept_from_the_first_release_goes_on(tenant: Tenant) -> None:
    found = await tenant.client.get("/v1/events", params={"cursor": BEHIND_THE_FIRST})

    assert [event["kind"] for event in found.json()["data"]] == BEGINNING[1:]


async def test_a_cursor_that_lost_its_place_is_told_so_on_both_faces(tenant: Tenant) -> None:
    ahead = make_cursor("number", 1000)
    by_rest = await tenant.client.get("/v1/events", params={"cursor": ahead})
    query = "query ($after: String) { events(after: $after) { nodes { id } } }"
    by_graph = await refusal(tenant, query, after=ahead)

    assert (by_rest.status_code, by_rest.json()["code"]) == (410, "cursor.lost")
    assert by_graph == (200, "cursor.lost")


async def test_filters_are_repeated_and_go_on_in_the_link(tenant: Tenant) -> None:
    for slug in ("a", "b"):
        await tenant.client.post("/v1/communities", json={**COMMUNITY, "slug": slug})
    query = "kind=token.created&kind=community.created&subject_kind=community&limit=1"
    first = await tenant.client.get(f"/v1/events?{query}")
    second = await tenant.client.get(first.links["next"]["url"])
    future = await tenant.client.get("/v1/events?since=2100-01-01T00:00:00Z")
    now = {"cursor": future.json()["page"]["next_cursor"]}
    await tenant.client.post("/v1/communities", json={**COMMUNITY, "slug": "c"})
    following = await tenant.client.get("/v1/events", params=now)

    assert [event["number"] for event in first.json()["data"]] == [3]
    assert [event["number"] for event in second.json()["data"]] == [4]
    assert "link" not in second.headers
    assert future.json()["data"] == []
    assert [event["number"] for event in following.json()["data"]] == [5]


async def test_without_the_scope_or_with_junk_nothing_is_told(
    tenant: Tenant, database: Database
) -> None:
    token = await make_token(database, tenant.workspace_id, set(Scope) - {Scope.EVENTS_READ})
    refused = await tenant.client.get("/v1/events", headers={"Authorization": f"Bearer {token}"})
    junk = await tenant.client.get("/v1/events?cursor=junk")
    size = await tenant.client.get("/v1/events?limit=101")

    assert (refused.status_code, refused.json()["code"]) == (403, "scope.missing")
    assert (junk.status_code, junk.json()["code"]) == (422, "cursor.invalid")
    assert (size.status_code, size.json()["code"]) == (422, "request.invalid")


async def test_the_graph_follows_the_same_cursor(tenant: Tenant) -> None:
    query = """query ($after: String) { events(after: $after) {
        nodes { kind number } pageInfo { endCursor hasNextPage } } }"""
    end = (await tenant.client.get("/v1/events")).json()["page"]["next_cursor"]
    at_end = (await ask(tenant, query, after=end))["events"]
    await tenant.client.post("/v1/communities", json=COMMUNITY)
    later = (await ask(tenant, query, after=at_end["pageInfo"]["endCursor"]))["events"]

    assert at_end == {"nodes": [], "pageInfo": {"endCursor": end, "hasNextPage": False}}
    assert later["nodes"] == [{"kind": "community.created", "number": 3}]
