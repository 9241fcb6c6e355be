"""Calendars that are followed, and windows of occasions, on both faces."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kernel.database import Database
from domain.kernel.ids import read
from tests.api.graph.asking import ask
from tests.desk import Desk
from tests.domain.occasions.build import christmas, take_over
from tests.world import Tenant

URL = "https://example.org/fetes.ics"
YEAR = {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}


async def follow(desk: Desk, **changes: Any) -> dict[str, Any]:
    body = {"community_id": desk.community, "name": "Fêtes", "url": URL, **changes}
    return await desk.post("/v1/event-calendars", 201, **body)


async def titles(desk: Desk, **query: str) -> list[str]:
    answer = await desk.client.get("/v1/occasions", params={**YEAR, **query})
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()["data"]]


async def tell(desk: Desk, database: Database, made: dict[str, Any], *found: Any) -> None:
    await take_over(database, desk.tenant.caller, read("evc", made["id"]), found)


async def test_a_calendar_is_followed_from_now_on(desk: Desk) -> None:
    made = await follow(desk, url="webcal://example.org/fetes.ics", proposes_days_before=7)

    assert (made["url"], made["state"], made["problem"], made["read_at"]) == (
        URL,
        "waiting",
        None,
        None,
    )
    assert made["next_read_at"] == made["created_at"]
    again = {"community_id": desk.community, "name": "Encore", "url": URL}
    taken = await desk.client.post("/v1/event-calendars", json=again)
    assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize("url", ["ftp://example.org/a.ics", "https://", "https://a:b@c/d", "x"])
async def test_an_address_that_is_none_is_refused(desk: Desk, url: str) -> None:
    body = {"community_id": desk.community, "name": "Fêtes", "url": url}

    answer = await desk.client.post("/v1/event-calendars", json=body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")


async def test_another_address_is_read_at_once_and_what_was_told_stays(
    desk: Desk, database: Database
) -> None:
    made = await follow(desk)
    await tell(desk, database, made, christmas())
    path = f"/v1/event-calendars/{made['id']}"
    followed = (await desk.client.get(path)).json()

    answer = await desk.client.patch(
        path, json={"url": "https://example.org/other.ics"}, headers={"If-Match": "*"}
    )

    assert followed["state"] == "followed"
    changed = answer.json()
    assert (changed["state"], changed["read_at"], changed["version"]) == ("waiting", None, 2)
    assert changed["next_read_at"] == changed["updated_at"]
    assert await titles(desk) == ["Noël"]


async def test_pulling_reads_at_once_but_not_twice_in_ten_seconds(
    desk: Desk, database: Database
) -> None:
    made = await follow(desk)
    await tell(desk, database, made, christmas())

    answer = await desk.client.post(f"/v1/event-calendars/{made['id']}/pull")

    pulled = answer.json()
    assert answer.status_code == 202
    assert datetime.fromisoformat(pulled["next_read_at"]) == datetime.fromisoformat(
        pulled["read_at"]
    ) + timedelta(seconds=10)


async def test_a_window_shows_what_goes_on_in_it_by_its_beginning(
    desk: Desk, database: Database
) -> None:
    long = christmas(
        uid="school",
        title="Vacances",
        starts_at=datetime(2026, 12, 18, 23, tzinfo=UTC),
        ends_at=datetime(2027, 1, 3, 23, tzinfo=UTC),
    )
    one = await follow(desk)
    await tell(desk, database, one, christmas(), long)
    two = await follow(desk, url=URL + "?2")
    await tell(desk, database, two, christmas(uid="eve", title="Réveillon"))

    assert sorted(await titles(desk)) == ["Noël", "Réveillon", "Vacances"]
    assert await titles(desk, event_calendar_id=one["id"]) == ["Vacances", "Noël"]
    inside = {"since": "2026-12-26T00:00:00Z", "until": "2026-12-27T00:00:00Z"}
    assert await titles(desk, **inside) == ["Vacances"]
    before = {"since": "2026-12-01T00:00:00Z", "until": "2026-12-18T23:00:00Z"}
    assert await titles(desk, **before) == []


async def test_a_window_that_is_none_is_refused(desk: Desk) -> None:
    for until in ("2026-01-01T00:00:00Z", "2027-02-06T00:00:00Z"):
        answer = await desk.client.get("/v1/occasions", params={**YEAR, "until": until})
        faults = answer.json()["errors"]
        assert (answer.status_code, faults[0]["code"]) == (422, "window.invalid")


async def test_occasions_go_with_their_calendar(desk: Desk, database: Database) -> None:
    made = await follow(desk)
    await tell(desk, database, made, christmas())

    removed = await desk.client.delete(f"/v1/event-calendars/{made['id']}")

    assert removed.status_code == 204
    assert await titles(desk) == []
    log = (await desk.client.get("/v1/events?subject_kind=event_calendar")).json()["data"]
    assert [each["kind"] for each in log] == [
        "event_calendar.created",
        "event_calendar.read",
        "event_calendar.removed",
    ]


async def test_the_graph_follows_and_reads_too(
    desk: Desk, database: Database, foreigner: Tenant
) -> None:
    made = await ask(
        desk.tenant,
        """mutation ($input: CreateEventCalendarInput!) { createEventCalendar(input: $input) {
            ... on CreateEventCalendarSuccess { eventCalendar { id state url } } } }""",
        input={
            "communityId": desk.community,
            "name": "Fêtes",
            "url": URL,
            "proposesDaysBefore": 3,
        },
    )
    calendar = made["createEventCalendar"]["eventCalendar"]
    await tell(desk, database, calendar, christmas())
    query = """query ($since: DateTime!, $until: DateTime!) {
        occasions(since: $since, until: $until) { nodes {
            id title startsOn proposeOn eventCalendar { id community { name } } } } }"""

    shown = (await ask(desk.tenant, query, **YEAR))["occasions"]["nodes"]
    strange = (await ask(foreigner, query, **YEAR))["occasions"]["nodes"]

    assert calendar["state"] == "WAITING"
    [one] = shown
    assert (one["title"], one["startsOn"], one["proposeOn"]) == (
        "Noël",
        "2026-12-25",
        "2026-12-22",
    )
    assert one["eventCalendar"] == {"id": calendar["id"], "community": {"name": "Vaud"}}
    assert strange == []
