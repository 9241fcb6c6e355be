"""Communities through the graph: the same rules and codes as by REST."""

import asyncio

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from tests.api.graph.asking import ask, post, refusal
from tests.world import Tenant, make_token

CREATE = """
mutation ($input: CreateCommunityInput!) {
  createCommunity(input: $input) {
    __typename
    ... on CreateCommunitySuccess { clientMutationId community { id name version timeZone } }
    ... on Error { code message field }
    ... on ValidationError { faults { pointer code } }
  }
}
"""
CHANGE = """
mutation ($input: ChangeCommunityInput!) {
  changeCommunity(input: $input) {
    __typename
    ... on ChangeCommunitySuccess { community { name description version archivedAt } }
    ... on Error { code field }
  }
}
"""
INPUT = {"name": "Vaud", "slug": "vaud", "timeZone": "Europe/Zurich"}


async def make(tenant: Tenant, **changes: object) -> str:
    done = await ask(tenant, CREATE, input={**INPUT, **changes})
    id_: str = done["createCommunity"]["community"]["id"]
    return id_


async def names(tenant: Tenant) -> list[str]:
    found = await ask(tenant, "{ communities { nodes { name } } }")
    return [each["name"] for each in found["communities"]["nodes"]]


async def test_what_the_graph_makes_rest_shows(tenant: Tenant) -> None:
    done = await ask(tenant, CREATE, input={**INPUT, "clientMutationId": "one"})
    made = done["createCommunity"]

    assert made["__typename"] == "CreateCommunitySuccess"
    assert made["clientMutationId"] == "one"
    rest = await tenant.client.get(f"/v1/communities/{made['community']['id']}")
    assert rest.json()["name"] == made["community"]["name"] == "Vaud"
    assert rest.json()["version"] == made["community"]["version"] == 1
    log = (await tenant.client.get("/v1/events")).json()["data"]
    assert log[-1]["kind"] == "community.created"


async def test_taken_slug_is_a_typed_conflict_and_nothing_is_written(tenant: Tenant) -> None:
    await make(tenant)
    again = (await ask(tenant, CREATE, input={**INPUT, "name": "Other"}))["createCommunity"]

    assert (again["__typename"], again["code"]) == ("ConflictError", "already_exists")
    assert await names(tenant) == ["Vaud"]


async def test_faults_point_into_the_input_by_its_own_names(tenant: Tenant) -> None:
    zone = (await ask(tenant, CREATE, input={**INPUT, "timeZone": "Mars/Base"}))["createCommunity"]
    many = (await ask(tenant, CREATE, input={**INPUT, "timeZone": "M", "slug": "A b"}))[
        "createCommunity"
    ]

    assert (zone["__typename"], zone["code"]) == ("ValidationError", "time_zone.unknown")
    assert zone["field"] == "timeZone"
    assert many["code"] == "request.invalid"
    assert {fault["pointer"] for fault in many["faults"]} == {"/slug", "/timeZone"}
    assert await names(tenant) == []


async def test_version_that_cannot_be_is_refused_in_the_words_of_the_graph(
    tenant: Tenant,
) -> None:
    id_ = await make(tenant)
    query = (
        "mutation($input: ChangeCommunityInput!) { changeCommunity(input: $input) "
        "{ ... on ValidationError { code field message } } }"
    )

    refused = await ask(tenant, query, input={"id": id_, "expectedVersion": -1, "name": "After"})

    assert refused["changeCommunity"] == {
        "code": "request.invalid",
        "field": "expectedVersion",
        "message": "`expectedVersion` is the version that you read.",
    }
    assert INPUT["name"] in await names(tenant)


async def test_change_touches_only_what_is_sent_and_needs_the_version(tenant: Tenant) -> None:
    id_ = await make(tenant, description="before")
    stale = await ask(tenant, CHANGE, input={"id": id_, "expectedVersion": 7, "name": "After"})
    done = await ask(tenant, CHANGE, input={"id": id_, "expectedVersion": 1, "name": "After"})
    null = await ask(tenant, CHANGE, input={"id": id_, "expectedVersion": 2, "name": None})

    assert stale["changeCommunity"] == {
        "__typename": "VersionStaleError",
        "code": "version.stale",
        "field": None,
    }
    assert done["changeCommunity"]["community"] == {
        "name": "After",
        "description": "before",
        "version": 2,
        "archivedAt": None,
    }
    assert null["changeCommunity"] == {
        "__typename": "ValidationError",
        "code": "request.invalid",
        "field": "name",
    }


async def test_removed_community_is_gone_and_twice_is_not_found(tenant: Tenant) -> None:
    remove = """mutation ($id: ID!) { removeCommunity(input: {id: $id}) {
        ... on RemoveCommunitySuccess { id } ... on NotFoundError { code } } }"""
    id_ = await make(tenant)

    assert (await ask(tenant, remove, id=id_))["removeCommunity"] == {"id": id_}
    assert (await ask(tenant, remove, id=id_))["removeCommunity"] == {"code": "not_found"}
    assert (await ask(tenant, "query ($id: ID!) { node(id: $id) { id } }", id=id_))["node"] is None


async def test_pages_follow_each_other_from_any_edge(tenant: Tenant) -> None:
    for number in range(5):
        await make(tenant, slug=f"c{number}", name=f"C{number}")
    query = """query ($after: String) { communities(first: 2, after: $after, sort: NAME_DOWN) {
        edges { cursor node { name } } nodes { name }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""

    seen, after = [], None
    while True:
        page = (await ask(tenant, query, after=after))["communities"]
        info = page["pageInfo"]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]
        assert info["hasPreviousPage"] is (after is not None)
        seen += [node["name"] for node in page["nodes"]]
        if not info["hasNextPage"]:
            break
        after = info["endCursor"]
    middle = (await ask(tenant, query, after=None))["communities"]["edges"][0]["cursor"]

    assert seen == ["C4", "C3", "C2", "C1", "C0"]
    assert (await ask(tenant, query, after=middle))["communities"]["nodes"][0] == {"name": "C3"}


async def test_cursors_are_those_of_rest(tenant: Tenant) -> None:
    for number in range(3):
        await make(tenant, slug=f"c{number}", name=f"C{number}")
    rest = (await tenant.client.get("/v1/communities?limit=2")).json()["page"]
    graph = await ask(tenant, "{ communities(first: 2) { pageInfo { endCursor hasNextPage } } }")

    assert graph["communities"]["pageInfo"] == {
        "endCursor": rest["next_cursor"],
        "hasNextPage": True,
    }


async def test_client_made_id_twice_gives_the_first_result(tenant: Tenant) -> None:
    id_ = show("com", new_id())
    first = await ask(tenant, CREATE, input={**INPUT, "id": id_})
    again = await ask(tenant, CREATE, input={**INPUT, "id": id_})
    other = await ask(tenant, CREATE, input={**INPUT, "id": id_, "name": "Other"})

    assert again == first
    assert other["createCommunity"]["code"] == "id.taken"


async def test_client_mutation_id_does_it_once(tenant: Tenant) -> None:
    sent = {**INPUT, "clientMutationId": "make-vaud"}
    answers = await asyncio.gather(
        *(post(tenant.client, CREATE, {"input": sent}) for _ in range(4))
    )
    other = await ask(tenant, CREATE, input={**sent, "slug": "other"})

    assert {answer.text for answer in answers} == {answers[0].text}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 3
    assert other["createCommunity"]["code"] == "idempotency_key.reused"
    assert await names(tenant) == ["Vaud"]


async def test_idempotency_key_covers_each_mutation_of_an_operation(tenant: Tenant) -> None:
    two = """mutation ($a: CreateCommunityInput!, $b: CreateCommunityInput!) {
        a: createCommunity(input: $a) { ... on CreateCommunitySuccess { community { id } } }
        b: createCommunity(input: $b) { ... on CreateCommunitySuccess { community { id } } } }"""
    sent = {"a": INPUT, "b": {**INPUT, "slug": "b", "name": "B"}}
    first = await post(tenant.client, two, sent, {"Idempotency-Key": "both"})
    again = await post(tenant.client, two, sent, {"Idempotency-Key": "both"})

    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await names(tenant) == ["Vaud", "B"]


async def test_failed_mutation_leaves_the_one_before_it_committed(tenant: Tenant) -> None:
    two = """mutation ($a: CreateCommunityInput!) {
        a: createCommunity(input: $a) { __typename }
        b: createCommunity(input: $a) { __typename } }"""
    done = await ask(tenant, two, a=INPUT)

    assert done == {
        "a": {"__typename": "CreateCommunitySuccess"},
        "b": {"__typename": "ConflictError"},
    }
    assert await names(tenant) == ["Vaud"]


async def test_missing_scope_is_typed_in_mutations_and_coded_in_reads(
    tenant: Tenant, database: Database
) -> None:
    token = await make_token(database, tenant.workspace_id, [Scope.EVENTS_READ])
    headers = {"Authorization": f"Bearer {token}"}
    change = await post(tenant.client, CREATE, {"input": INPUT}, headers)
    read = await post(tenant.client, "{ communities { nodes { id } } }", headers=headers)

    made = change.json()["data"]["createCommunity"]
    assert (made["__typename"], made["code"]) == ("ScopeError", "scope.missing")
    assert read.json()["errors"][0]["extensions"]["code"] == "scope.missing"
    assert read.json()["data"] == {"communities": None}
    assert await names(tenant) == []


async def test_foreigner_finds_nothing_by_any_way(tenant: Tenant, foreigner: Tenant) -> None:
    id_ = await make(tenant)
    nodes = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }"

    assert await ask(foreigner, nodes, id=id_) == {"node": None, "nodes": [None]}
    assert await names(foreigner) == []
    one = "query ($id: ID!) { community(id: $id) { id } }"
    assert await refusal(foreigner, one, id=id_) == (200, "not_found")
    changed = await ask(foreigner, CHANGE, input={"id": id_, "expectedVersion": 1, "name": "X"})
    assert changed["changeCommunity"]["code"] == "not_found"
    assert await names(tenant) == ["Vaud"]


async def test_junk_has_its_own_code_everywhere(tenant: Tenant) -> None:
    node = "query ($id: ID!) { node(id: $id) { id } }"
    page = "query ($after: String) { communities(after: $after) { nodes { id } } }"
    one = "query ($id: ID!) { community(id: $id) { id } }"
    size = "query ($n: Int) { communities(first: $n) { nodes { id } } }"

    assert await refusal(tenant, node, id="") == (200, "id.malformed")
    assert await refusal(tenant, node, id="com_12") == (200, "id.malformed")
    assert await refusal(tenant, one, id=show("mem", new_id())) == (200, "id.wrong_kind")
    assert await refusal(tenant, page, after="junk") == (200, "cursor.invalid")
    assert await refusal(tenant, page, after="é\x00") == (200, "cursor.invalid")
    assert await refusal(tenant, size, n=0) == (200, "request.invalid")
    assert await refusal(tenant, size, n=101) == (200, "request.invalid")
    assert await refusal(tenant, size, n=-5) == (200, "request.invalid")


async def test_nodes_come_in_the_order_asked_for(tenant: Tenant) -> None:
    first, second = await make(tenant), await make(tenant, slug="b", name="B")
    workspace = (await ask(tenant, "{ workspace { id } }"))["workspace"]["id"]
    ids = [second, show("com", new_id()), workspace, first, second]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = (await ask(tenant, query, ids=ids))["nodes"]

    assert found == [
        {"__typename": "Community", "id": second},
        None,
        {"__typename": "Workspace", "id": workspace},
        {"__typename": "Community", "id": first},
        {"__typename": "Community", "id": second},
    ]


async def test_one_wrong_id_among_many_is_pointed_at(tenant: Tenant) -> None:
    ids = [await make(tenant), "com_12"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    [error] = (await post(tenant.client, query, {"ids": ids})).json()["errors"]

    assert [each["pointer"] for each in error["extensions"]["faults"]] == ["/ids/1"]
