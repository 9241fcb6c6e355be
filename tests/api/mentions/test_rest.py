"""/v1/mentions as a client sees it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from domain.connector.words import InboxKind, Profile
from domain.kernel.caller import Scope
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.mentions.shapes import MentionView
from tests.inboxes import NOW, SAID, Inbox, item, make_community
from tests.world import Tenant, client_for, make_token

FIELDS = list(MentionView.model_fields)
BEN = Profile("ben", "ben@example.social", 'Ben "B"', None, "https://example.social/ben.png")


async def ids(tenant: Tenant, query: str = "") -> list[str]:
    """The mentions of a list, by their ids on the network."""
    answer = await tenant.client.get(f"/v1/mentions{query}")
    assert answer.status_code == 200, answer.text
    return [each["remote_id"] for each in answer.json()["data"]]


async def change(tenant: Tenant, id_: str, **body: Any) -> httpx2.Response:
    return await tenant.client.patch(f"/v1/mentions/{id_}", json=body, headers={"If-Match": "*"})


async def first(tenant: Tenant) -> dict[str, Any]:
    answer = await tenant.client.get("/v1/mentions")
    found: dict[str, Any] = answer.json()["data"][0]
    return found


async def test_inbox_shows_the_latest_first_with_author_and_every_field(
    tenant: Tenant, inbox: Inbox
) -> None:
    await inbox.take(item(1), item(2, author=BEN, text='Il dit: "ça\nva" \\ 🍇\t\u0001'))
    answer = await tenant.client.get("/v1/mentions")

    shown = answer.json()["data"]
    assert [list(each) for each in shown] == [FIELDS, FIELDS]
    assert [each["remote_id"] for each in shown] == ["r2", "r1"]
    assert shown[0]["text"] == 'Il dit: "ça\nva" \\ 🍇\t\u0001'
    assert (shown[0]["author_name"], shown[0]["author_avatar_url"]) == (
        BEN.display_name,
        BEN.avatar_url,
    )
    assert shown[1]["said_at"] == "2026-11-22T08:01:00Z"
    assert shown[1]["author_avatar_url"] is None
    assert answer.json()["page"] == {"next_cursor": None, "has_more": False}
    assert answer.headers["content-type"] == "application/json"


async def test_postgresql_writes_a_mention_as_the_view_does(tenant: Tenant, inbox: Inbox) -> None:
    odd = timedelta(microseconds=120_300)
    await inbox.take(item(1, said_at=SAID + odd), now=NOW + timedelta(microseconds=5))
    id_ = (await first(tenant))["id"]
    answer = await tenant.client.get(f"/v1/mentions/{id_}")

    assert MentionView.model_validate_json(answer.text).model_dump_json() == answer.text
    assert answer.json()["said_at"] == "2026-11-22T08:00:00.120300Z"
    assert (await first(tenant)) == answer.json()


async def test_both_ways_to_the_inbox_give_the_same_bytes(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(*(item(number) for number in range(5)))
    id_ = (await first(tenant))["id"]

    for path in (
        "/v1/mentions?limit=2",
        "/v1/mentions?status=open&network=sandbox",
        f"/v1/mentions/{id_}",
        f"/v1/mentions/{show('men', new_id())}",
        "/v1/mentions?status=lost",
        "/v1/mentions?limit=0",
        "/v1/mentions?cursor=junk",
        "/v1/mentions?community_id=com_1",
    ):
        short = await tenant.client.get(path, headers={"X-Request-Id": "same-for-both"})
        # A browser of another origin goes the long way.
        long = await tenant.client.get(
            path, headers={"Origin": "https://else.example", "X-Request-Id": "same-for-both"}
        )
        assert (short.status_code, short.text) == (long.status_code, long.text)
        wanted = ("etag", "link", "cache-control", "content-type", "content-length")
        assert [short.headers.get(name) for name in wanted] == [
            long.headers.get(name) for name in wanted
        ]


@pytest.mark.parametrize("sort", ["-said_at", "said_at", "-received_at", "received_at"])
@pytest.mark.parametrize(
    "more", ["", "&status=open", "&status=open&network=sandbox", "&is_read=false"]
)
async def test_pages_follow_each_other_in_every_order(
    tenant: Tenant, inbox: Inbox, sort: str, more: str
) -> None:
    for number in range(5):
        # Two at one moment: the id decides.
        await inbox.take(
            item(number, said_at=SAID + timedelta(minutes=number // 2)),
            now=NOW + timedelta(minutes=number // 2),
        )

    found, url = [], f"/v1/mentions?limit=2&sort={sort}{more}"
    while url:
        answer = await tenant.client.get(url)
        found += [each["remote_id"] for each in answer.json()["data"]]
        url = answer.links.get("next", {}).get("url", "")

    expected = ["r0", "r1", "r2", "r3", "r4"]
    assert found == (expected[::-1] if sort.startswith("-") else expected)


async def test_filters_hold_each_and_together(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(
        item(1),
        item(2, kind=InboxKind.LIKE, author=BEN, text=""),
        item(3, root="p2", about="p2"),
    )
    shown = {
        each["remote_id"]: each for each in (await tenant.client.get("/v1/mentions")).json()["data"]
    }
    await change(tenant, shown["r1"]["id"], status="archived", is_read=True)

    assert await ids(tenant, "?status=open") == ["r3", "r2"]
    assert await ids(tenant, "?status=open&status=archived") == ["r3", "r2", "r1"]
    assert await ids(tenant, "?status=open&network=mastodon") == []
    assert await ids(tenant, "?network=sandbox&network=feed") == ["r3", "r2", "r1"]
    assert await ids(tenant, "?kind=like") == ["r2"]
    assert await ids(tenant, "?kind=like&kind=reply&status=open") == ["r3", "r2"]
    assert await ids(tenant, f"?community_id={shown['r1']['community_id']}") == ["r3", "r2", "r1"]
    assert await ids(tenant, f"?community_id={show('com', new_id())}") == []
    assert await ids(tenant, f"?account_id={shown['r1']['account_id']}&kind=like") == ["r2"]
    assert await ids(tenant, f"?conversation_id={shown['r3']['conversation_id']}") == ["r3"]
    assert await ids(tenant, f"?author_id={shown['r2']['author_id']}") == ["r2"]
    assert await ids(tenant, f"?post_id={show('post', new_id())}") == []
    assert await ids(tenant, "?is_read=true") == ["r1"]
    assert await ids(tenant, "?is_read=false") == ["r3", "r2"]
    assert await ids(tenant, "?is_assigned=true") == []
    assert await ids(tenant, "?is_assigned=false&status=open") == ["r3", "r2"]
    assert await ids(tenant, "?since=2026-11-22T08:02:00Z") == ["r3", "r2"]
    assert await ids(tenant, "?until=2026-11-22T08:02:00Z") == ["r1"]
    assert await ids(tenant, "?since=2026-11-22T08:02:00Z&until=2026-11-22T08:03:00Z") == ["r2"]


async def test_inbox_tag_holds_until_something_happens(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(item(1))
    answer = await tenant.client.get("/v1/mentions")
    tag = {"If-None-Match": answer.headers["etag"]}
    same = await tenant.client.get("/v1/mentions", headers=tag)
    await inbox.take(item(2))
    other = await tenant.client.get("/v1/mentions", headers=tag)

    assert (same.status_code, same.content, same.headers["etag"]) == (
        304,
        b"",
        tag["If-None-Match"],
    )
    assert (other.status_code, len(other.json()["data"])) == (200, 2)
    assert other.headers["etag"] != tag["If-None-Match"]


async def test_page_of_one_workspace_is_not_taken_for_that_of_another(
    tenant: Tenant, foreigner: Tenant
) -> None:
    """A browser keeps one at their address, whoever it was shown to."""
    path = "/v1/mentions?status=open"
    theirs = await foreigner.client.get(path)

    ours = await tenant.client.get(path, headers={"If-None-Match": theirs.headers["etag"]})

    assert ours.status_code == 200


async def test_own_change_is_never_hidden_by_a_tag(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(item(1))
    id_ = (await first(tenant))["id"]

    for status in ("archived", "open", "answered"):
        before = await tenant.client.get("/v1/mentions")
        tag = {"If-None-Match": before.headers["etag"]}
        asked = [tenant.client.get("/v1/mentions", headers=tag) for _ in range(5)]
        changed, *_ = await asyncio.gather(change(tenant, id_, status=status), *asked)
        after = await tenant.client.get("/v1/mentions", headers=tag)
        assert changed.status_code == 200
        assert (after.status_code, after.json()["data"][0]["status"]) == (200, status)


async def test_mention_is_marked_with_its_version(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(item(1))
    url = f"/v1/mentions/{(await first(tenant))['id']}"
    read = await tenant.client.get(url)
    same = await tenant.client.get(url, headers={"If-None-Match": read.headers["etag"]})
    missing = await tenant.client.patch(url, json={"is_read": True})
    stale = await tenant.client.patch(url, json={"is_read": True}, headers={"If-Match": '"7"'})
    changed = await tenant.client.patch(url, json={"is_read": True}, headers={"If-Match": '"1"'})

    assert (read.headers["etag"], same.status_code) == ('"1"', 304)
    assert (missing.status_code, missing.json()["code"]) == (428, "version.missing")
    assert (stale.status_code, stale.json()["code"]) == (412, "version.stale")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["read_at"] is not None
    assert (await tenant.client.get(url)).json() == changed.json()
    unread = await change(tenant, changed.json()["id"], is_read=False)
    assert unread.json()["read_at"] is None


async def test_mention_is_given_to_a_member_and_taken_back(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(item(1))
    id_ = (await first(tenant))["id"]
    made = await tenant.client.post(
        "/v1/members", json={"name": "Zoé", "email": "zoe@example.ch", "role": "manager"}
    )
    assert made.status_code == 201, made.text
    member_id = made.json()["id"]
    given = await change(tenant, id_, assigned_to=member_id)
    listed = await ids(tenant, f"?assigned_to={member_id}")
    unknown = await change(tenant, id_, assigned_to=show("mem", new_id()))
    back = await change(tenant, id_, assigned_to=None)

    assert (given.json()["assigned_to"], listed) == (member_id, ["r1"])
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert back.json()["assigned_to"] is None


@pytest.mark.parametrize("why", ["communities", "role"])
async def test_mention_is_given_to_nobody_who_does_not_see_it(
    tenant: Tenant, inbox: Inbox, database: Database, why: str
) -> None:
    await inbox.take(item(1))
    id_ = (await first(tenant))["id"]
    elsewhere = show("com", await make_community(database, tenant.workspace_id))
    role = {"name": "Graphistes", "scopes": ["posts:read"]}
    own = (await tenant.client.post("/v1/roles", json=role)).json()["id"]
    seat = {
        "communities": {"role": "manager", "communities": [elsewhere]},
        "role": {"role": "custom", "role_id": own},
    }[why]
    made = await tenant.client.post(
        "/v1/members", json={"name": "Zoé", "email": "zoe@example.ch", **seat}
    )
    member_id = made.json()["id"]

    given = await change(tenant, id_, assigned_to=member_id)
    marked = await tenant.client.post(
        "/v1/mentions/mark", json={"mention_ids": [id_], "assigned_to": member_id}
    )

    for answer in (given, marked):
        assert answer.status_code == 422
        [fault] = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/assigned_to", "member.may_not_read")
    assert (await first(tenant))["assigned_to"] is None


async def test_change_leaves_one_event_and_the_same_change_none(
    tenant: Tenant, inbox: Inbox
) -> None:
    await inbox.take(item(1))
    id_ = (await first(tenant))["id"]
    await change(tenant, id_, status="archived")
    await change(tenant, id_, status="archived")
    found = (await tenant.client.get("/v1/events?kind=mention.changed")).json()["data"]

    [event] = found
    assert (event["subject_id"], event["data"]["previous"]) == (id_, {"status": "open"})


async def test_nobody_says_by_hand_that_a_mention_is_gone_or_back(
    tenant: Tenant, inbox: Inbox
) -> None:
    gone, there = (await inbox.take(item(1), item(2))).new_ids
    await inbox.take(item(1, is_deleted=True))
    shown = (await tenant.client.get("/v1/mentions?status=gone")).json()["data"]
    left = (await tenant.client.get("/v1/mentions?status=open")).json()["data"]
    ids = [show("men", gone), show("men", there)]

    reopened = await marked(tenant, ids, "open")
    buried = await marked(tenant, ids, "gone")
    put_away = await marked(tenant, ids[:1], "archived")

    assert [each["id"] for each in shown] == ids[:1]
    assert [each["id"] for each in left] == ids[1:]
    assert (reopened.status_code, reopened.json()["code"]) == (409, "mention.gone")
    assert (buried.status_code, buried.json()["code"]) == (409, "state.not_allowed")
    assert (put_away.status_code, put_away.json()) == (200, {"changed_ids": ids[:1]})


async def marked(tenant: Tenant, ids: list[str], status: str) -> httpx2.Response:
    body = {"mention_ids": ids, "status": status}
    return await tenant.client.post("/v1/mentions/mark", json=body)


async def test_many_are_marked_at_once_or_none(tenant: Tenant, inbox: Inbox) -> None:
    await inbox.take(item(1), item(2), item(3))
    shown = (await tenant.client.get("/v1/mentions")).json()["data"]
    some = [each["id"] for each in shown[:2]]
    unknown = await tenant.client.post(
        "/v1/mentions/mark", json={"mention_ids": [*some, show("men", new_id())], "is_read": True}
    )
    untouched = await ids(tenant, "?is_read=true")
    marked = await tenant.client.post(
        "/v1/mentions/mark", json={"mention_ids": some, "is_read": True, "status": "archived"}
    )
    again = await tenant.client.post(
        "/v1/mentions/mark", json={"mention_ids": some, "status": "archived"}
    )

    assert (unknown.status_code, untouched) == (404, [])
    assert (marked.status_code, sorted(marked.json()["changed_ids"])) == (200, sorted(some))
    assert again.json()["changed_ids"] == []
    assert await ids(tenant, "?is_read=true&status=archived") == ["r3", "r2"]
    events = (await tenant.client.get("/v1/events?kind=mentions.marked")).json()["data"]
    assert [sorted(each["data"]["mention_ids"]) for each in events] == [sorted(some)]


async def test_foreigner_sees_and_changes_nothing(
    tenant: Tenant, foreigner: Tenant, inbox: Inbox
) -> None:
    await inbox.take(item(1))
    shown = await first(tenant)
    id_ = shown["id"]
    answers = [
        await foreigner.client.get(f"/v1/mentions/{id_}"),
        await change(foreigner, id_, status="archived"),
        await foreigner.client.post(
            "/v1/mentions/mark", json={"mention_ids": [id_], "is_read": True}
        ),
        await foreigner.client.get(f"/v1/mentions/{id_}/answers"),
        await foreigner.client.post(f"/v1/mentions/{id_}/answers", json={"text": "x"}),
        await foreigner.client.get(f"/v1/authors/{shown['author_id']}"),
        await foreigner.client.get(f"/v1/conversations/{shown['conversation_id']}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
    for path in ("/v1/mentions", "/v1/mentions?q=bonjour", "/v1/authors", "/v1/conversations"):
        assert (await foreigner.client.get(path)).json()["data"] == []
    assert await ids(foreigner, f"?account_id={shown['account_id']}") == []
    assert await first(tenant) == shown


async def test_token_without_the_scope_is_refused_on_both_ways(
    tenant: Tenant, inbox: Inbox, app: FastAPI, database: Database
) -> None:
    await inbox.take(item(1))
    id_ = (await first(tenant))["id"]
    token = await make_token(database, tenant.workspace_id, [Scope.POSTS_READ])
    async with client_for(app, token) as client:
        refused = [
            await client.get(path, headers=headers)
            for path in ("/v1/mentions", f"/v1/mentions/{id_}", "/v1/mentions?q=x")
            for headers in ({}, {"If-None-Match": "*"}, {"Origin": "https://else.example"})
        ]
        change_ = await client.patch(
            f"/v1/mentions/{id_}", json={"is_read": True}, headers={"If-Match": "*"}
        )

    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {
        (403, "scope.missing")
    }
    assert change_.status_code == 403


async def test_without_a_token_nothing_is_told(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.get("/v1/mentions")
    forged = await stranger.get("/v1/mentions", headers={"Authorization": "Bearer pv_live_x"})

    assert (answer.status_code, answer.json()["code"]) == (401, "token.missing")
    assert (forged.status_code, forged.json()["code"]) == (401, "token.invalid")


async def test_wrong_questions_have_their_own_codes(tenant: Tenant) -> None:
    async def code(path: str) -> tuple[int, str]:
        answer = await tenant.client.get(path)
        return answer.status_code, answer.json()["code"]

    assert await code("/v1/mentions?cursor=junk") == (422, "cursor.invalid")
    assert await code("/v1/mentions?status=lost") == (422, "request.invalid")
    assert await code("/v1/mentions/12") == (422, "id.malformed")
    assert await code(f"/v1/mentions/{show('post', new_id())}") == (422, "id.wrong_kind")
    assert await code(f"/v1/mentions?author_id={show('post', new_id())}") == (422, "id.wrong_kind")
    assert await code(f"/v1/mentions/{show('men', new_id())}") == (404, "not_found")
