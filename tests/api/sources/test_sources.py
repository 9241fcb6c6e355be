"""Sources as clients see them, on both faces."""

import pytest

from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.api.graph.asking import ask
from tests.furnished import Furnished, furnish, named
from tests.world import Tenant

PATH = "/v1/sources"
CREATE = """mutation($input: CreateSourceInput!) { createSource(input: $input) {
  ... on CreateSourceSuccess { source { id state everyHours post { title } } }
  ... on Error { code } } }"""
MOVE = """mutation($input: AcceptSourceMoveInput!) { acceptSourceMove(input: $input) {
  ... on AcceptSourceMoveSuccess { source { url movedTo } } ... on Error { code } } }"""
READ = """query($post: ID!, $update: ID!) { sources(postIds: [$post]) { nodes { id url entry } }
  update(id: $update) { sourceId source { id } } }"""


@pytest.fixture
async def house(database: Database, tenant: Tenant) -> Furnished:
    return await furnish(database, tenant)


async def test_a_source_is_named_once_changed_and_named_no_longer(
    tenant: Tenant, house: Furnished
) -> None:
    body = {
        "id": show("src", new_id()),
        "post_id": house.here[named("post", 7)],
        "url": "https://example.org/a",
    }
    first = await tenant.client.post(PATH, json=body)
    second = await tenant.client.post(PATH, json=body)
    taken = await tenant.client.post(PATH, json={**body, "every_hours": 2})
    path = f"{PATH}/{body['id']}"
    changed = await tenant.client.patch(
        path, json={"every_hours": 2}, headers={"If-Match": first.headers["etag"]}
    )
    pulled = await tenant.client.post(f"{path}/pull")
    removed = await tenant.client.delete(path)

    assert (first.status_code, first.headers["location"]) == (201, path)
    assert first.json() == second.json()
    assert (first.json()["state"], first.json()["every_hours"]) == ("waiting", 24)
    assert (taken.status_code, taken.json()["code"]) == (409, "id.taken")
    assert (changed.status_code, changed.json()["every_hours"]) == (200, 2)
    assert pulled.status_code == 202
    assert removed.status_code == 204
    assert (await tenant.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"every_hours": 0}, 422, "request.invalid"),
        ({"url": "ftp://example.org/a"}, 422, "request.invalid"),
        ({"post_id": show("post", new_id())}, 404, "not_found"),
    ],
)
async def test_what_cannot_be_watched_is_refused(
    tenant: Tenant, house: Furnished, values: dict[str, object], status: int, code: str
) -> None:
    body = {"post_id": house.here[named("post", 7)], "url": "https://example.org/a", **values}

    answer = await tenant.client.post(PATH, json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    listed = await tenant.client.get(PATH)
    assert [each["id"] for each in listed.json()["data"]] == [house.here[named("src")]]


async def test_sources_are_listed_of_posts_and_communities(
    tenant: Tenant, house: Furnished
) -> None:
    here = house.here

    async def listed(**query: str) -> list[str]:
        answer = await tenant.client.get(PATH, params=query)
        return [each["id"] for each in answer.json()["data"]]

    assert await listed(post_id=here[named("post")]) == [here[named("src")]]
    assert await listed(community_id=here[named("com")]) == [here[named("src")]]
    assert await listed(post_id=here[named("post", 7)]) == []


async def test_the_graph_does_the_same(tenant: Tenant, house: Furnished) -> None:
    post, update = house.here[named("post")], house.here[named("upd")]
    given = {"postId": post, "url": "https://example.org/a.xml", "entry": "one", "everyHours": 6}
    made = (await ask(tenant, CREATE, input=given))["createSource"]["source"]
    again = (await ask(tenant, CREATE, input=given))["createSource"]
    read = await ask(tenant, READ, post=post, update=update)

    assert (made["state"], made["everyHours"]) == ("WAITING", 6)
    assert made["post"] == {"title": "La taille de la vigne"}
    assert again == {"code": "already_exists"}
    assert read["sources"]["nodes"][0] == {
        "id": made["id"],
        "url": "https://example.org/a.xml",
        "entry": "one",
    }
    assert len(read["sources"]["nodes"]) == 2
    assert read["update"] == {"sourceId": None, "source": None}


@pytest.mark.parametrize("face", ["rest", "graph"])
async def test_a_move_is_accepted_on_both_faces(
    database: Database, tenant: Tenant, house: Furnished, face: str
) -> None:
    id_, there = house.here[named("src")], "https://example.org/prix"
    path = f"{PATH}/{id_}/accept-move"

    async def accepted() -> tuple[str, str | None] | str:
        if face == "graph":
            answer = (await ask(tenant, MOVE, input={"id": id_, "url": there}))["acceptSourceMove"]
            source = answer.get("source")
            return (source["url"], source["movedTo"]) if source else answer["code"]
        reply = await tenant.client.post(path, json={"url": there})
        body = reply.json()
        return (body["url"], body["moved_to"]) if reply.is_success else body["code"]

    refused = await accepted()
    async with database.transaction(tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            f"UPDATE watched_pages SET moved_at = now(), moved_to = '{there}'"
        )

    assert refused == "state.not_allowed"
    assert await accepted() == (there, None)
    assert await accepted() == (there, None)
