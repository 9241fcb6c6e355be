"""The calendar window as a client sees it."""

from fastapi import FastAPI

from domain.kernel.caller import Scope
from domain.kernel.database import Database
from tests.desk import Desk
from tests.world import Tenant, client_for, make_token

JANUARY = "since=2027-01-01T00:00:00Z&until=2027-02-01T00:00:00Z"


async def test_window_shows_what_is_planned_in_it_by_moment(desk: Desk) -> None:
    for day in (20, 10):
        await desk.draft(title=f"Day {day}", wall_time=f"2027-01-{day}T09:00:00")
    await desk.draft(title="February", wall_time="2027-02-10T09:00:00")
    await desk.draft(title="Undated")

    answer = await desk.client.get(f"/v1/calendars/{desk.calendar}/entries?{JANUARY}")
    found = answer.json()

    assert [entry["title"] for entry in found["data"]] == ["Day 10", "Day 20"]
    assert found["data"][0]["publish_at"] == "2027-01-10T08:00:00Z"
    assert found["data"][0]["targets"] == [
        {"account_id": desk.account, "network": "sandbox", "handle": "vaud"}
    ]
    assert found["page"] == {"next_cursor": None, "has_more": False}


async def test_entry_can_be_dragged_and_coloured_without_a_read_of_its_post(desk: Desk) -> None:
    place = {"calendar_id": desk.calendar, "community_id": desk.community}
    pillar = await desk.post("/v1/pillars", 201, calendar_id=desk.calendar, name="Saison")
    campaign = await desk.post("/v1/campaigns", 201, community_id=desk.community, name="Été")
    told = {"pillar_id": pillar["id"], "campaign_id": campaign["id"]}
    post = await desk.draft(wall_time="2027-01-10T09:00:00", **told)
    await desk.draft(wall_time="2027-01-11T09:00:00")

    for narrowed in ("", "&state=draft", *(f"&{name}={id_}" for name, id_ in place.items())):
        found = (await desk.client.get(f"/v1/entries?{JANUARY}{narrowed}")).json()["data"]
        assert [each["id"] for each in found][:1] == [post["id"]]
        assert {name: found[0][name] for name in (*told, "version")} == {**told, "version": 1}
        assert (found[1]["pillar_id"], found[1]["campaign_id"]) == (None, None)
    moved = await desk.client.patch(
        f"/v1/posts/{post['id']}",
        json={"wall_time": "2027-01-12T09:00:00"},
        headers={"If-Match": f'"{found[0]["version"]}"'},
    )
    again = (await desk.client.get(f"/v1/entries?{JANUARY}")).json()["data"]

    assert moved.status_code == 200
    assert [(each["id"], each["version"]) for each in again][1] == (post["id"], 2)


async def test_pages_of_the_window_follow_each_other(desk: Desk) -> None:
    for day in range(10, 15):
        await desk.draft(title=str(day), wall_time=f"2027-01-{day}T09:00:00")

    first = await desk.client.get(f"/v1/entries?{JANUARY}&limit=2")
    assert first.headers["link"] == (
        f"</v1/entries?{JANUARY.replace(':', '%3A')}&limit=2"
        f'&cursor={first.json()["page"]["next_cursor"]}>; rel="next"'
    )

    titles, cursor = [], ""
    while cursor is not None:
        url = f"/v1/entries?{JANUARY}&limit=2" + (f"&cursor={cursor}" if cursor else "")
        found = (await desk.client.get(url)).json()
        titles += [entry["title"] for entry in found["data"]]
        cursor = found["page"]["next_cursor"]

    assert titles == ["10", "11", "12", "13", "14"]


async def test_window_that_is_asked_for_again_is_answered_the_same_and_anew(desk: Desk) -> None:
    for day in range(10, 13):
        await desk.draft(title=str(day), wall_time=f"2027-01-{day}T09:00:00")
    url = f"/v1/entries?{JANUARY}&limit=2"

    first, again = await desk.client.get(url), await desk.client.get(url)
    await desk.draft(title="9", wall_time="2027-01-09T09:00:00")
    anew = await desk.client.get(url)

    assert again.content == first.content
    assert again.headers["link"] == first.headers["link"]
    assert [entry["title"] for entry in anew.json()["data"]] == ["9", "10"]


async def test_window_that_was_asked_for_still_needs_the_scope_and_shows_ones_own(
    desk: Desk, foreigner: Tenant, app: FastAPI, database: Database
) -> None:
    await desk.draft(wall_time="2027-01-10T09:00:00")
    await desk.client.get(f"/v1/entries?{JANUARY}")
    others = [scope for scope in Scope if scope is not Scope.CALENDARS_READ]
    token = await make_token(database, desk.tenant.workspace_id, others)

    async with client_for(app, token) as client:
        refused = await client.get(f"/v1/entries?{JANUARY}")
    elsewhere = await foreigner.client.get(f"/v1/entries?{JANUARY}")

    assert (refused.status_code, refused.json()["code"]) == (403, "scope.missing")
    assert elsewhere.json()["data"] == []


async def test_windows_of_one_calendar_and_of_one_community_go_on_page_by_page(
    desk: Desk,
) -> None:
    other = await desk.post(
        "/v1/calendars", 201, community_id=desk.community, name="Other", time_zone="UTC"
    )
    for number, calendar in enumerate([desk.calendar, other["id"]] * 2):
        await desk.draft(
            title=str(number),
            calendar_id=calendar,
            wall_time="2027-01-10T09:00:00",
            time_zone="UTC",
        )

    shown: dict[str, list[str]] = {}
    for where in (f"calendar_id={desk.calendar}", f"community_id={desk.community}"):
        titles, cursor = [], ""
        while cursor is not None:
            more = f"&cursor={cursor}" if cursor else ""
            url = f"/v1/entries?{JANUARY}&{where}&limit=1{more}"
            found = (await desk.client.get(url)).json()
            titles += [entry["title"] for entry in found["data"]]
            cursor = found["page"]["next_cursor"]
        shown[where.partition("=")[0]] = sorted(titles)

    assert shown == {"calendar_id": ["0", "2"], "community_id": ["0", "1", "2", "3"]}


async def test_window_of_a_foreign_calendar_is_not_found(desk: Desk, foreigner: Tenant) -> None:
    await desk.draft(wall_time="2027-01-10T09:00:00")

    one = await foreigner.client.get(f"/v1/calendars/{desk.calendar}/entries?{JANUARY}")
    all_ = await foreigner.client.get(f"/v1/entries?{JANUARY}&calendar_id={desk.calendar}")

    assert one.status_code == 404
    assert all_.json()["data"] == []


async def test_window_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    answer = await desk.client.get(
        "/v1/entries?since=2027-02-01T00:00:00Z&until=2027-01-01T00:00:00Z"
    )

    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (
        422,
        "/query/until",
        "window.invalid",
    )
    assert fault["message"] == "`until` comes after `since`, by 400 days at most."
