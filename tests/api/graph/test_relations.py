"""Edges between things: one statement each, however many owners there are."""

from dataclasses import dataclass

import pytest

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import read, show
from tests.api.graph.asking import ask, post, refusal
from tests.api.graph.counting import statements
from tests.world import Tenant, make_account, make_token

CREATE_POST = """mutation ($input: CreatePostInput!) { createPost(input: $input) {
    ... on CreatePostSuccess { post { id } } ... on Error { code message } } }"""
NESTED = """
query ($communities: Int = 10, $posts: Int = 10) {
  communities(first: $communities) {
    nodes {
      name
      accounts(first: 5) { nodes { handle } }
      calendars { nodes { name } }
      posts(first: $posts) {
        edges {
          cursor
          node {
            title state createdAt
            calendar { name }
            community { name }
            media { altText }
            variants { nodes { parts visibility account { handle } } }
            deliveries { nodes { state tries { nodes { outcome } } } }
            metrics { engagements copies { totals { metric total } } }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


@dataclass(frozen=True)
class House:
    tenant: Tenant
    communities: list[str]
    calendars: list[str]


async def make_post(tenant: Tenant, calendar: str, account: str, title: str) -> str:
    sent = {
        "calendarId": calendar,
        "title": title,
        "text": "On taille.",
        "variants": [{"accountId": account, "parts": [title]}],
    }
    made = await ask(tenant, CREATE_POST, input=sent)
    id_: str = made["createPost"]["post"]["id"]
    return id_


@pytest.fixture
async def house(tenant: Tenant, database: Database) -> House:
    """Three communities; a calendar and an account each; 1, 2 and 3 posts."""
    communities, calendars = [], []
    for number in (1, 2, 3):
        body = {"name": f"C{number}", "slug": f"c{number}", "time_zone": "Europe/Zurich"}
        community = (await tenant.client.post("/v1/communities", json=body)).json()["id"]
        calendar = await tenant.client.post(
            "/v1/calendars", json={"community_id": community, "name": f"Plan {number}"}
        )
        owner = read("com", community)
        handle = f"voice{number}"
        made = await make_account(database, tenant.workspace_id, owner, handle=handle)
        for place in range(number):
            title = f"P{number}.{place}"
            await make_post(tenant, calendar.json()["id"], show("acct", made), title)
        communities.append(community)
        calendars.append(calendar.json()["id"])
    return House(tenant, communities, calendars)


async def test_nested_read_asks_once_per_relation(house: House) -> None:
    with statements() as seen:
        found = await ask(house.tenant, NESTED)

    # communities, accounts, calendars, posts; of posts: calendar, community, variants,
    # deliveries, metrics; of variants: account. No post has media or deliveries to go on from.
    assert len(seen) == 10, seen
    nodes = found["communities"]["nodes"]
    assert [node["name"] for node in nodes] == ["C1", "C2", "C3"]
    assert [node["accounts"]["nodes"] for node in nodes] == [
        [{"handle": f"voice{number}"}] for number in (1, 2, 3)
    ]
    third = [edge["node"] for edge in nodes[2]["posts"]["edges"]]
    assert [each["title"] for each in third] == ["P3.2", "P3.1", "P3.0"]
    assert third[0]["variants"] == {
        "nodes": [{"parts": ["P3.2"], "visibility": "PUBLIC", "account": {"handle": "voice3"}}]
    }
    assert third[0]["calendar"] == {"name": "Plan 3"}
    assert third[0]["community"] == {"name": "C3"}
    assert third[0]["state"] == "DRAFT"
    assert third[0]["deliveries"] == {"nodes": []}
    assert third[0]["metrics"] == {"engagements": None, "copies": []}


async def test_more_owners_do_not_mean_more_statements(house: House) -> None:
    with statements() as few:
        await ask(house.tenant, NESTED, communities=1, posts=1)
    with statements() as many:
        await ask(house.tenant, NESTED, communities=3, posts=10)

    assert len(few) == len(many)


async def test_edge_goes_on_from_its_own_cursors(house: House) -> None:
    query = """query ($id: ID!, $after: String) { community(id: $id) {
        posts(first: 1, after: $after) { nodes { title }
          pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
    seen, after = [], None
    for _ in range(3):
        found = await ask(house.tenant, query, id=house.communities[2], after=after)
        page = found["community"]["posts"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen.append((page["nodes"][0]["title"], page["pageInfo"]["hasNextPage"]))
        after = page["pageInfo"]["endCursor"]

    assert seen == [("P3.2", True), ("P3.1", True), ("P3.0", False)]
    junk = await refusal(house.tenant, query, id=house.communities[2], after="junk")
    assert junk == (200, "cursor.invalid")


async def test_page_of_few_goes_on_too(house: House, database: Database) -> None:
    owner = read("com", house.communities[0])
    others = [
        await make_account(database, house.tenant.workspace_id, owner, handle=f"also{number}")
        for number in range(2)
    ]
    variants = [{"accountId": show("acct", id_), "parts": [id_.hex]} for id_ in others]
    sent = {"calendarId": house.calendars[0], "title": "Two", "text": "x", "variants": variants}
    made = await ask(house.tenant, CREATE_POST, input=sent)
    query = """query ($id: ID!, $after: String) { post(id: $id) {
        variants(first: 1, after: $after) { nodes { parts } edges { cursor }
          pageInfo { hasNextPage endCursor } } } }"""
    post_id = made["createPost"]["post"]["id"]

    first = (await ask(house.tenant, query, id=post_id))["post"]["variants"]
    cursor = first["edges"][0]["cursor"]
    rest = (await ask(house.tenant, query, id=post_id, after=cursor))["post"]["variants"]

    assert [first["nodes"][0]["parts"], rest["nodes"][0]["parts"]] == [
        variants[0]["parts"],
        variants[1]["parts"],
    ]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert await refusal(house.tenant, query, id=post_id, after="junk") == (200, "cursor.invalid")


async def test_edge_without_its_scope_is_told_and_the_rest_stays(
    house: House, database: Database
) -> None:
    scopes = [Scope.COMMUNITIES_READ, Scope.POSTS_READ]
    token = await make_token(database, house.tenant.workspace_id, scopes)
    query = """{ communities(first: 1) { nodes { name
        posts { nodes { title calendar { name } } } } } }"""
    headers = {"Authorization": f"Bearer {token}"}
    answer = (await post(house.tenant.client, query, headers=headers)).json()

    assert answer["data"]["communities"]["nodes"] == [
        {"name": "C1", "posts": {"nodes": [{"title": "P1.0", "calendar": None}]}}
    ]
    (error,) = answer["errors"]
    assert error["path"] == ["communities", "nodes", 0, "posts", "nodes", 0, "calendar"]
    assert error["extensions"]["code"] == "scope.missing"


async def test_lists_filter_as_rest_does(house: House) -> None:
    query = """query ($c: [ID!], $states: [PostState!], $labels: [String!]) {
        posts(communityIds: $c, states: $states, labels: $labels, sort: CREATED) {
          nodes { title } } }"""
    one = await ask(house.tenant, query, c=[house.communities[1]], states=["DRAFT"])
    none = await ask(house.tenant, query, labels=["vigne"])
    kind = await refusal(house.tenant, query, c=[house.calendars[0]])

    assert [each["title"] for each in one["posts"]["nodes"]] == ["P2.0", "P2.1"]
    assert none["posts"]["nodes"] == []
    assert kind == (200, "id.wrong_kind")


async def test_operation_that_costs_too_much_is_refused(house: House) -> None:
    query = """{ communities(first: 100) { nodes { posts(first: 100) { nodes {
        variants { nodes { parts } } } } } } }"""
    answer = await post(house.tenant.client, query)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == (
        "The operation has 110100 points of cost; at most 20000 are allowed."
    )
