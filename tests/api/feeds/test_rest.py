"""Links to calendars: made once, listed, revoked; what calendar programs read through them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import icalendar
import pytest
from sqlmodel import text

from domain.feeds import queries
from domain.kernel.database import Database
from domain.kernel.ids import read
from tests.api.graph.asking import ask
from tests.desk import Desk
from tests.world import Tenant

CREATE = """
mutation ($input: CreateCalendarFeedInput!) {
  createCalendarFeed(input: $input) {
    __typename
    ... on CreateCalendarFeedSuccess { feed { id url hint calendarId showsDrafts showsText } }
    ... on Error { code }
  }
}
"""
LIST = """
query ($id: ID!) {
  calendar(id: $id) { feeds(first: 1) { nodes { id name calendar { id } }
    pageInfo { hasNextPage } } }
}
"""


async def made(desk: Desk, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = await desk.post(
        f"/v1/calendars/{desk.calendar}/feeds", 201, **{"name": "Studio", **changes}
    )
    return found


def path_of(feed: dict[str, Any]) -> str:
    return "/" + str(feed["url"]).split("/", 3)[3]


async def events(client: httpx2.AsyncClient, feed: dict[str, Any]) -> list[icalendar.Component]:
    answer = await client.get(path_of(feed))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


async def planned(desk: Desk, title: str, *, days: int = 1) -> dict[str, Any]:
    at = (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0, tzinfo=None)
    draft = await desk.draft(title=title, wall_time=at.isoformat(), time_zone="UTC")
    return await desk.post(f"/v1/posts/{draft['id']}/schedule", 200)


async def move(database: Database, desk: Desk, id_: str, days: int) -> None:
    """As if the post had been planned for then."""
    async with database.transaction(desk.tenant.workspace_id) as session:
        connection = await session.connection()
        await connection.execute(
            text("UPDATE posts SET publish_at = :at WHERE id = :id"),
            {"at": datetime.now(UTC) + timedelta(days=days), "id": read("post", id_)},
        )


async def test_a_link_is_shown_once_and_needs_no_token(
    desk: Desk, stranger: httpx2.AsyncClient
) -> None:
    feed = await made(desk)

    assert feed["url"].partition("/feeds/")[2].startswith("pvf_")
    assert feed["url"].endswith(f"{feed['hint']}.ics")
    kept = (await desk.client.get(f"/v1/calendar-feeds/{feed['id']}")).json()
    assert kept == {name: value for name, value in feed.items() if name != "url"}
    listed = await desk.client.get(f"/v1/calendars/{desk.calendar}/feeds")
    assert listed.json()["data"] == [kept]
    assert await events(stranger, feed) == []


async def test_posts_keep_their_uid_and_count_their_changes(
    desk: Desk, stranger: httpx2.AsyncClient
) -> None:
    feed = await made(desk, shows_text=True)
    scheduled = await planned(desk, "La vigne")

    [before] = await events(stranger, feed)
    await desk.client.delete(f"/v1/posts/{scheduled['id']}")
    [after] = await events(stranger, feed)

    assert str(before["UID"]) == str(after["UID"]) == scheduled["id"]
    assert before.decoded("DTSTART") == datetime.fromisoformat(scheduled["publish_at"])
    assert [str(each["STATUS"]) for each in (before, after)] == ["CONFIRMED", "CANCELLED"]
    assert str(before["DESCRIPTION"]) == "On taille."
    assert before.decoded("SEQUENCE") == scheduled["version"] < after.decoded("SEQUENCE")


async def test_drafts_and_texts_are_shown_only_where_the_link_says_so(
    desk: Desk, stranger: httpx2.AsyncClient
) -> None:
    shy, open_ = await made(desk), await made(desk, shows_drafts=True, shows_text=True)
    await desk.draft(title="Draft", wall_time="2027-01-05T09:00:00")
    await desk.draft(title="Without a time")
    await planned(desk, "Planned")

    few, all_ = await events(stranger, shy), await events(stranger, open_)

    assert [str(each["SUMMARY"]) for each in few] == ["Planned"]
    assert "DESCRIPTION" not in few[0]
    assert {str(each["SUMMARY"]) for each in all_} == {"Planned", "Draft"}
    assert {str(each["DESCRIPTION"]) for each in all_} == {"On taille."}


async def test_the_same_is_not_sent_twice(desk: Desk, stranger: httpx2.AsyncClient) -> None:
    feed = await made(desk)
    await planned(desk, "La vigne")

    first = await stranger.get(path_of(feed))
    tag = {"If-None-Match": first.headers["etag"]}
    again = await stranger.get(path_of(feed), headers=tag)
    await planned(desk, "Le lac")
    changed = await stranger.get(path_of(feed), headers=tag)

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["x-robots-tag"] == "noindex"


async def test_the_window_is_bounded_in_time_and_in_size(
    desk: Desk, stranger: httpx2.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = await made(desk)
    for days in (-91, -89, -1, 1, 2, 399, 401):
        scheduled = await planned(desk, str(days))
        await move(database, desk, scheduled["id"], days)

    async def titles() -> list[str]:
        return [str(each["SUMMARY"]) for each in await events(stranger, feed)]

    assert await titles() == ["-89", "-1", "1", "2", "399"]
    monkeypatch.setattr(queries, "MOST_PAST", 1)
    monkeypatch.setattr(queries, "MOST_COMING", 2)
    assert await titles() == ["-1", "1", "2"]


async def test_revoked_and_forged_links_are_nothing_alike(
    desk: Desk, foreigner: Tenant, stranger: httpx2.AsyncClient
) -> None:
    feed = await made(desk)
    secret = feed["url"].rpartition("/")[2].removesuffix(".ics")
    revoked = await desk.client.delete(f"/v1/calendar-feeds/{feed['id']}")

    answers = [
        await stranger.get(f"/feeds/{each}.ics")
        for each in (secret, secret[:-1] + "0", f"{secret}x", "pvf_", foreigner.token)
    ]

    assert revoked.status_code == 204
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(404, "not_found")}
    again = await desk.client.delete(f"/v1/calendar-feeds/{feed['id']}")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")


async def test_a_link_of_another_calendar_or_kind_opens_nothing_else(
    desk: Desk, stranger: httpx2.AsyncClient
) -> None:
    feed = await made(desk)
    secret = feed["url"].rpartition("/")[2].removesuffix(".ics")

    asked = await stranger.get("/v1/posts", headers={"Authorization": f"Bearer {secret}"})

    assert (asked.status_code, asked.json()["code"]) == (401, "token.invalid")


async def test_links_go_with_their_calendar(desk: Desk, stranger: httpx2.AsyncClient) -> None:
    feed = await made(desk)

    removed = await desk.client.delete(f"/v1/calendars/{desk.calendar}")

    assert removed.status_code == 204
    assert (await stranger.get(path_of(feed))).status_code == 404


async def test_making_and_revoking_are_told_without_the_secret(desk: Desk) -> None:
    feed = await made(desk, shows_drafts=True)
    await desk.client.delete(f"/v1/calendar-feeds/{feed['id']}")

    log = (await desk.client.get("/v1/events?subject_kind=calendar_feed")).json()["data"]

    told = {
        "calendar_id": desk.calendar,
        "name": "Studio",
        "shows_drafts": True,
        "shows_text": False,
    }
    assert [(each["kind"], each["subject_id"], each["data"]) for each in log] == [
        ("calendar_feed.created", feed["id"], told),
        ("calendar_feed.revoked", feed["id"], told),
    ]


async def test_the_secret_rests_nowhere_not_even_in_the_kept_answer(
    desk: Desk, database: Database
) -> None:
    sent = {"Idempotency-Key": "once"}
    path = f"/v1/calendars/{desk.calendar}/feeds"
    first = await desk.client.post(path, json={"name": "Studio"}, headers=sent)
    again = await desk.client.post(path, json={"name": "Studio"}, headers=sent)

    assert again.json() == first.json()
    secret = first.json()["url"].rpartition("/")[2].removesuffix(".ics")
    async with database.transaction(desk.tenant.workspace_id) as session:
        connection = await session.connection()
        for table in ("calendar_feeds", "kept_answers", "events"):
            rows = await connection.execute(text(f"SELECT t::text FROM {table} t"))
            assert secret not in "".join(row[0] for row in rows)


async def test_the_graph_makes_lists_and_revokes_them_too(
    desk: Desk, stranger: httpx2.AsyncClient
) -> None:
    sent = {"id": desk.calendar, "name": "Studio", "showsText": True}
    answer = (await ask(desk.tenant, CREATE, input=sent))["createCalendarFeed"]
    feed = answer["feed"]
    await made(desk, name="Second")

    listed = (await ask(desk.tenant, LIST, id=desk.calendar))["calendar"]["feeds"]
    shown = await stranger.get(path_of(feed))
    gone = await ask(
        desk.tenant,
        "mutation ($id: ID!) { revokeCalendarFeed(input: {id: $id}) "
        "{ ... on RevokeCalendarFeedSuccess { id } } }",
        id=feed["id"],
    )

    assert answer["__typename"] == "CreateCalendarFeedSuccess"
    assert (feed["calendarId"], feed["showsDrafts"], feed["showsText"]) == (
        desk.calendar,
        False,
        True,
    )
    assert listed == {
        "nodes": [{"id": feed["id"], "name": "Studio", "calendar": {"id": desk.calendar}}],
        "pageInfo": {"hasNextPage": True},
    }
    assert shown.status_code == 200
    assert gone["revokeCalendarFeed"] == {"id": feed["id"]}
    assert (await stranger.get(path_of(feed))).status_code == 404
