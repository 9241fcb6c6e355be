"""Who has opened a review, by a link or by its id: each member once."""

import asyncio

import pytest

from domain.kernel.database import Database
from domain.kernel.ids import new_id
from tests.api.approvals.conftest import Hire
from tests.api.approvals.test_reviews import events, policy, read, submit
from tests.api.graph.asking import post as ask
from tests.api.workspaces.conftest import link_to
from tests.browsing import Tab
from tests.desk import Desk

SEEN = "query($id: ID!) { review(id: $id) { seen { memberId isByLink } } }"


@pytest.fixture
def name() -> str:
    """A mailbox nobody wrote to before."""
    return f"Aline-{new_id().hex}"


async def test_each_member_is_kept_once_with_the_way_they_came(
    desk: Desk, database: Database, hire: Hire, tab: Tab, name: str
) -> None:
    aline, marc, luc = await hire(name), await hire("Marc"), await hire("Luc", "editor")
    await policy(desk, steps=[{"member_ids": [aline.id, marc.id]}])
    made = await submit(desk, await desk.draft())
    path, link = f"/v1/reviews/{made['id']}", await link_to(database, aline.email, "reviews")
    unseen = await read(desk, path)

    await tab.open(link)
    await aline.client.get(path)
    for _ in range(2):
        await ask(marc.client, SEEN, {"id": made["id"]})
    shown = (await luc.client.get(path)).json()

    assert (made["seen"], unseen["seen"]) == ([], [])
    assert [(each["member_id"], each["is_by_link"]) for each in shown["seen"]] == [
        (aline.id, True),
        (marc.id, False),
        (luc.id, False),
    ]
    assert shown["version"] == made["version"]
    told = [each for each in await events(desk) if each["kind"] == "review.seen"]
    assert [each["actor"] for each in told] == [f"member:{each.id}" for each in (aline, marc, luc)]


async def test_two_who_open_it_at_once_are_both_kept_and_one_who_does_so_twice_is_kept_once(
    desk: Desk, hire: Hire
) -> None:
    aline, marc = await hire("Aline"), await hire("Marc")
    await policy(desk, aline)
    made = await submit(desk, await desk.draft())

    await asyncio.gather(
        *(each.client.get(f"/v1/reviews/{made['id']}") for each in (aline, marc) * 3)
    )

    shown = await read(desk, f"/v1/reviews/{made['id']}")
    assert sorted(each["member_id"] for each in shown["seen"]) == sorted([aline.id, marc.id])
    told = [each for each in await events(desk) if each["kind"] == "review.seen"]
    assert len(told) == 2
