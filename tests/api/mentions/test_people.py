"""/v1/authors and /v1/conversations as a client sees them."""

from typing import Any

from domain.connector.words import InboxKind, Profile
from tests.inboxes import Inbox, item
from tests.world import Tenant

BEN = Profile("ben", "ben@example.social", "Ben")


async def data(tenant: Tenant, url: str) -> list[dict[str, Any]]:
    answer = await tenant.client.get(url)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_authors_are_listed_found_and_read(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(item(1), item(2, author=BEN), item(3))

    shown = await data(tenant, "/v1/authors?sort=handle")
    assert [each["handle"] for each in shown] == ["anna@example.social", "ben@example.social"]
    assert [
        each["handle"] for each in await data(tenant, "/v1/authors?handle=ben@example.social")
    ] == ["ben@example.social"]
    assert await data(tenant, "/v1/authors?network=mastodon") == []
    read = await tenant.client.get(f"/v1/authors/{shown[0]['id']}")
    assert read.json() == shown[0]
    assert read.headers["etag"].startswith('"1-')


async def test_author_pages_follow_each_other(tenant: Tenant, inbox: Inbox) -> None:
    people = [Profile(f"p{number}", f"p{number}") for number in range(5)]
    await inbox.take(*(item(number, author=each) for number, each in enumerate(people)))

    found, url = [], "/v1/authors?limit=2&sort=-handle"
    while url:
        answer = await tenant.client.get(url)
        found += [each["handle"] for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")
    assert found == ["p4", "p3", "p2", "p1", "p0"]


async def test_conversations_are_listed_the_liveliest_first(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(
        item(1),
        item(2, root="p2", about="p2"),
        item(3),
        item(4, kind=InboxKind.LIKE, text=""),
    )

    shown = await data(tenant, "/v1/conversations")
    assert [(each["root_remote_id"], each["mention_count"]) for each in shown] == [
        ("p1", 2),
        ("p2", 1),
    ]
    assert shown[0]["last_mention_at"] == "2026-11-22T08:03:00Z"
    account_id = shown[0]["account_id"]
    assert len(await data(tenant, f"/v1/conversations?account_id={account_id}")) == 2
    assert await data(tenant, "/v1/conversations?network=mastodon") == []
    assert len(await data(tenant, "/v1/conversations?since=2026-11-22T08:03:00Z")) == 1
    read = await tenant.client.get(f"/v1/conversations/{shown[1]['id']}")
    assert read.json() == shown[1]


async def test_conversation_pages_follow_each_other(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(*(item(number, root=f"p{number}", about=None) for number in range(5)))

    found, url = [], "/v1/conversations?limit=2"
    while url:
        answer = await tenant.client.get(url)
        found += [each["root_remote_id"] for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")
    assert found == ["p4", "p3", "p2", "p1", "p0"]
