"""How many mentions there are, as a badge shows it, on both faces."""

from typing import Any

from fastapi import FastAPI

from domain.connector.words import InboxKind
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.mentions.shapes import MOST_COUNTED
from tests.api.graph.asking import ask
from tests.domain.identity.build import build_key, build_member
from tests.inboxes import Inbox, item, make_inbox
from tests.world import Tenant, client_for, make_token


async def count(tenant: Tenant, query: str = "") -> Any:
    answer = await tenant.client.get(f"/v1/mentions/count{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_count_is_that_of_the_list_with_the_same_filters(
    tenant: Tenant, inbox: Inbox
) -> None:
    await inbox.take(item(1), item(2), item(3, kind=InboxKind.LIKE))
    shown = (await tenant.client.get("/v1/mentions?kind=reply")).json()["data"]
    read = {"mention_ids": [shown[0]["id"]], "is_read": True}
    await tenant.client.post("/v1/mentions/mark", json=read)

    query = """query ($community: ID!) {
        all: mentionCount { count isMore } unread: mentionCount(isRead: false) { count }
        likes: mentionCount(kinds: [LIKE], communityIds: [$community]) { count } }"""
    community = shown[0]["community_id"]
    graph = await ask(tenant, query, community=community)

    assert await count(tenant) == {"count": 3, "is_more": False}
    assert (await count(tenant, "?is_read=false"))["count"] == 2
    assert (await count(tenant, f"?kind=like&community_id={community}"))["count"] == 1
    assert (await count(tenant, "?status=archived&status=answered"))["count"] == 0
    assert (await count(tenant, f"?until={shown[0]['said_at']}"))["count"] == 1
    assert graph == {
        "all": {"count": 3, "isMore": False},
        "unread": {"count": 2},
        "likes": {"count": 1},
    }


async def test_count_ends_at_a_thousand(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(*(item(number) for number in range(MOST_COUNTED)))
    exact = await count(tenant)
    await inbox.take(item(MOST_COUNTED))

    assert exact == {"count": 1000, "is_more": False}
    assert await count(tenant) == {"count": 1000, "is_more": True}


async def test_count_is_of_what_the_caller_sees(
    app: FastAPI, database: Database, tenant: Tenant, foreigner: Tenant, inbox: Inbox
) -> None:
    other = await make_inbox(database, tenant.workspace_id)
    await inbox.take(item(1), item(2))
    await other.take(item(3))
    communities = [inbox.reading.community_id]
    member_id = await build_member(database, tenant.workspace_id, communities=communities)
    held = await build_key(database, tenant.workspace_id, member_id)
    blind = await make_token(database, tenant.workspace_id, set(Scope) - {Scope.MENTIONS_READ})

    async with client_for(app, held) as client:
        seen = await client.get("/v1/mentions/count")
    async with client_for(app, blind) as client:
        refused = await client.get("/v1/mentions/count")

    assert (await count(tenant))["count"] == 3
    assert seen.json() == {"count": 2, "is_more": False}
    assert (await count(foreigner))["count"] == 0
    assert (refused.status_code, refused.json()["code"]) == (403, "scope.missing")
