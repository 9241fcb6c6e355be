"""What stands with a member who may no longer see it: it is released, and told of."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from domain.kernel.database import Database
from domain.kernel.ids import read, show
from domain.mentions.shapes import Reading
from domain.workspaces.seats import lock_owners
from domain.workspaces.service import change_member
from domain.workspaces.shapes import ChangeMember, Role
from domain.workspaces.tables import CustomRole, Member
from tests.api.approvals.test_reviews import policy, submit
from tests.api.graph.asking import ask
from tests.api.workspaces.conftest import Seat, make_community
from tests.desk import Desk
from tests.inboxes import NOW, SAID, Inbox, item
from tests.world import client_for

ANY = {"If-Match": "*"}
CHANGE = """mutation($input: ChangeMemberInput!) { changeMember(input: $input) {
  __typename ... on Error { code } } }"""


@dataclass(frozen=True)
class Work:
    """All that can stand with a member: of the desk's community."""

    desk: Desk
    mentions: list[str]
    post: str
    review: str
    idea: str

    async def shown(self) -> tuple[list[str | None], str | None, list[str], list[str]]:
        client = self.desk.client
        mentions = [(await client.get(f"/v1/mentions/{id_}")).json() for id_ in self.mentions]
        upkeep = (await client.get(f"/v1/posts/{self.post}/upkeep")).json()
        review = (await client.get(f"/v1/reviews/{self.review}")).json()
        idea = (await client.get(f"/v1/ideas/{self.idea}")).json()
        taken = [each["assigned_to"] for each in mentions]
        return taken, upkeep["checker_id"], review["member_ids"], idea["expert_ids"]

    async def told(self) -> list[tuple[str, Any, Any, Any]]:
        """Of what was released: its kind, its subject, and what it was and is."""
        page = (await self.desk.client.get("/v1/events?limit=100")).json()["data"]
        kinds = {"mentions.marked", "post.upkeep_changed", "review.released", "idea.changed"}
        return [
            (
                each["kind"],
                each["subject_id"],
                each["data"].get("previous"),
                each["data"]["current"],
            )
            for each in page
            if each["kind"] in kinds
        ]


async def work_of(desk: Desk, database: Database, member: str, other: str) -> Work:
    """It is given to a member; of the review and the idea, to another too."""
    inbox = inbox_of(desk, database)
    mentions = [show("men", id_) for id_ in (await inbox.take(item(1), item(2))).new_ids]
    post, public = await desk.draft(), await desk.draft(title="Lac")
    await change(desk, f"/v1/posts/{public['id']}/upkeep", checker_id=member)
    body = {"mention_ids": mentions, "assigned_to": member}
    await desk.post("/v1/mentions/mark", 200, **body)
    await policy(desk, steps=[{"member_ids": [other, member]}])
    review = await submit(desk, post)
    question = {"community_id": desk.community, "question": "Vendanger la nuit ?"}
    idea = await desk.post("/v1/ideas", 201, **question, expert_ids=[other, member])
    return Work(desk, mentions, public["id"], review["id"], idea["id"])


def inbox_of(desk: Desk, database: Database) -> Inbox:
    reading = Reading(
        account_id=read("acct", desk.account),
        community_id=read("com", desk.community),
        network="sandbox",
        server="http://sandbox.test",
        remote_id="vaud",
        connected_at=SAID,
        is_first=False,
    )
    return Inbox(database, desk.tenant.workspace_id, reading)


async def change(desk: Desk, path: str, **body: Any) -> None:
    answer = await desk.client.patch(path, json=body, headers=ANY)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("face", ["rest", "graph"])
async def test_what_a_member_may_see_no_more_is_released_and_told(
    desk: Desk, seat: Seat, database: Database, face: str
) -> None:
    """It stood in nobody's inbox: theirs did not show it, and others' that it was taken."""
    lost, other = await seat(Role.COMMUNITY_MANAGER), await seat()
    elsewhere = await make_community(desk.tenant, "jura")
    work = await work_of(desk, database, lost.id, other.id)
    begun = len(await work.told())

    if face == "rest":
        await change(desk, lost.path, communities=[elsewhere])
    else:
        given = {"id": lost.id, "expectedVersion": 1, "communities": [elsewhere]}
        await ask(desk.tenant, CHANGE, input=given)

    assert await work.shown() == ([None, None], None, [other.id], [other.id, lost.id])
    told = (await work.told())[begun:]
    assert told == [
        ("mentions.marked", work.mentions[0], None, {"assigned_to": None}),
        ("post.upkeep_changed", work.post, {"checker_id": lost.id}, {"checker_id": None}),
        (
            "review.released",
            work.review,
            {"member_ids": [other.id, lost.id]},
            {"member_ids": [other.id]},
        ),
    ]


async def test_another_role_releases_only_what_it_shuts_out(
    desk: Desk, seat: Seat, database: Database
) -> None:
    lost, other = await seat(Role.COMMUNITY_MANAGER), await seat()
    body = {"name": "Droit", "scopes": ["posts:read", "posts:approve", "mentions:read"]}
    role = (await desk.post("/v1/roles", 201, **body))["id"]
    await change(desk, lost.path, role_id=role)
    work = await work_of(desk, database, lost.id, other.id)

    await change(desk, f"/v1/roles/{role}", scopes=["posts:approve", "posts:read"])
    reads_no_mentions = await work.shown()
    await change(desk, lost.path, role="reader")

    both = [other.id, lost.id]
    assert reads_no_mentions == ([None, None], lost.id, both, both)
    assert await work.shown() == ([None, None], lost.id, [other.id], both)


async def test_nothing_stands_with_a_member_who_is_removed(
    desk: Desk, seat: Seat, database: Database
) -> None:
    lost, other = await seat(Role.COMMUNITY_MANAGER), await seat()
    department = {"name": "Droit", "lead_id": lost.id, "member_ids": [lost.id, other.id]}
    led = (await desk.post("/v1/departments", 201, **department))["id"]
    work = await work_of(desk, database, lost.id, other.id)
    begun = len(await work.told())

    answer = await desk.client.delete(lost.path, headers=ANY)

    assert answer.status_code == 204, answer.text
    assert await work.shown() == ([None, None], None, [other.id], [other.id])
    assert [kind for kind, *_ in (await work.told())[begun:]] == [
        "mentions.marked",
        "post.upkeep_changed",
        "review.released",
        "idea.changed",
    ]
    left = (await desk.client.get(f"/v1/departments/{led}")).json()
    [event] = (await desk.client.get("/v1/events?kind=department.changed")).json()["data"]
    assert (left["lead_id"], left["member_ids"], left["version"]) == (None, [other.id], 2)
    assert event["data"]["current"] == {"lead_id": None, "member_ids": [other.id]}


@pytest.mark.parametrize("lost_by", ["hold", "role", "removal"])
async def test_who_may_see_a_calendar_no_more_keeps_no_link_to_it(
    desk: Desk, seat: Seat, app: FastAPI, lost_by: str
) -> None:
    """It showed who was dismissed all that was planned, for good."""
    lost, path = await seat(Role.COMMUNITY_MANAGER), f"/v1/calendars/{desk.calendar}/feeds"
    theirs = (await lost.client.post(path, json={"name": "Mine", "shows_drafts": True})).json()
    others = await desk.post(path, 201, name="Studio")

    if lost_by == "hold":
        await change(desk, lost.path, communities=[await make_community(desk.tenant, "jura")])
    elif lost_by == "role":
        await change(desk, lost.path, role="expert")
    else:
        await desk.client.delete(lost.path, headers=ANY)

    async with client_for(app, None) as stranger:
        found = [
            (await stranger.get("/" + each["url"].split("/", 3)[3])).status_code
            for each in (theirs, others)
        ]
    assert found == [404, 200]
    assert [each["id"] for each in (await desk.client.get(path)).json()["data"]] == [others["id"]]
    kinds = "/v1/events?kind=calendar_feed.revoked"
    [event] = (await desk.client.get(kinds)).json()["data"]
    assert (event["subject_id"], event["data"]) == (
        theirs["id"],
        {
            "calendar_id": desk.calendar,
            "name": "Mine",
            "shows_drafts": True,
            "shows_text": False,
        },
    )


async def test_nothing_is_given_to_a_member_while_they_lose_sight_of_it(
    desk: Desk, seat: Seat, database: Database
) -> None:
    lost = await seat(Role.COMMUNITY_MANAGER)
    elsewhere = read("com", await make_community(desk.tenant, "jura"))
    inbox = inbox_of(desk, database)
    [id_] = (await inbox.take(item(1))).new_ids
    body = {"mention_ids": [show("men", id_)], "assigned_to": lost.id}

    async with database.transaction(desk.tenant.workspace_id) as session:
        narrowed = ChangeMember(communities=[elsewhere])
        caller = desk.tenant.caller
        await change_member(
            session, caller, lost.member_id, narrowed, expected_version=None, now=NOW
        )
        marking = asyncio.create_task(desk.client.post("/v1/mentions/mark", json=body))
        await somebody_waits(database)
    answer = await marking

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
        422,
        "member.may_not_read",
    )
    assert list(await inbox.rows("SELECT 1 FROM mentions WHERE assigned_to IS NOT NULL")) == []


async def test_a_role_is_changed_before_or_behind_the_seats_that_have_it(
    desk: Desk, seat: Seat, database: Database
) -> None:
    """They locked crosswise: one held the role and waited for its member, one the reverse."""
    body = {"name": "Droit", "scopes": ["posts:read", "mentions:read"]}
    role = (await desk.post("/v1/roles", 201, **body))["id"]
    member = await seat(Role.READER)
    await change(desk, member.path, role_id=role)

    async with database.transaction(desk.tenant.workspace_id) as session:
        await lock_owners(session, desk.tenant.caller)
        mine = select(Member).where(col(Member.id) == member.member_id)
        await session.exec(mine.with_for_update())
        changing = asyncio.create_task(change(desk, f"/v1/roles/{role}", scopes=["posts:read"]))
        await somebody_waits(database)
        its = select(CustomRole.name).where(col(CustomRole.id) == read("role", role))
        found = (await session.exec(its.with_for_update(read=True, nowait=True))).all()
    await changing

    assert list(found) == ["Droit"]


async def somebody_waits(database: Database) -> None:
    """Until a transaction waits for another's lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while not await database.reads.fetchval(waiting):  # noqa: ASYNC110  nothing tells of it
        await asyncio.sleep(0)
