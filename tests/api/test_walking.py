"""Lists read page by page while rows come and go: what stands all the while is seen once."""

from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from domain.kernel.database import Database
from tests.desk import Desk
from tests.inboxes import NOW, item, make_inbox
from tests.world import Tenant

Happen = Callable[[int], Awaitable[None]]
"""What happens after a page, given how many were read."""


async def walk(tenant: Tenant, url: str, happen: Happen) -> list[str]:
    """The ids of all pages, in their order."""
    found: list[str] = []
    pages = 0
    while url:
        answer = await tenant.client.get(url)
        assert answer.status_code == 200, answer.text
        found += [each["id"] for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")
        pages += 1
        await happen(pages)
    return found


def assert_once(found: list[str], standing: list[str]) -> None:
    assert [id_ for id_, times in Counter(found).items() if times > 1] == []
    assert [id_ for id_ in found if id_ in standing] == standing


@pytest.mark.parametrize("sort", ["created_at", "-created_at"])
async def test_posts_that_stand_are_seen_once_while_others_come_and_go(
    desk: Desk, sort: str
) -> None:
    ids = [(await desk.draft(title=f"{number}"))["id"] for number in range(9)]
    standing = ids[::2] if sort == "created_at" else ids[::-2]
    passing = ids[1::2]

    async def happen(pages: int) -> None:
        if pages <= len(passing):
            await desk.draft(title=f"new {pages}")
            gone = await desk.client.delete(f"/v1/posts/{passing[pages - 1]}")
            assert gone.status_code == 204, gone.text

    found = await walk(desk.tenant, f"/v1/posts?limit=2&sort={sort}", happen)

    assert_once(found, standing)


@pytest.mark.parametrize("sort", ["said_at", "-said_at", "received_at", "-received_at"])
async def test_mentions_that_stand_are_seen_once_while_others_arrive(
    tenant: Tenant, database: Database, sort: str
) -> None:
    inbox = await make_inbox(database, tenant.workspace_id)
    await inbox.take(*(item(number * 10) for number in range(9)))
    before = await walk(tenant, f"/v1/mentions?limit=100&sort={sort}", nothing)

    async def happen(pages: int) -> None:
        # One among them, one before and one after all of them.
        for number in (pages * 15, -pages, 1000 + pages) if pages <= 6 else ():
            await inbox.take(item(number, remote_id=f"late{number}"), now=NOW)

    found = await walk(tenant, f"/v1/mentions?limit=2&sort={sort}", happen)

    assert len(before) == 9
    assert_once(found, before)


async def test_events_are_told_once_and_in_order_while_more_is_recorded(desk: Desk) -> None:
    for number in range(4):
        await desk.draft(title=f"{number}")

    async def happen(pages: int) -> None:
        if pages <= 3:
            await desk.draft(title=f"new {pages}")

    found = await walk(desk.tenant, "/v1/events?limit=3", happen)
    again = await walk(desk.tenant, "/v1/events?limit=100", nothing)

    assert found == again
    assert len(set(found)) == len(found) > 7


async def nothing(_: int) -> None: ...
