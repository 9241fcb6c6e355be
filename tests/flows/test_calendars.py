"""A calendar goes out as a link, and comes in where it is followed, through real processes."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.house import House, open_house
from tests.stack import Stack, until

ZURICH = ZoneInfo("Europe/Zurich")


def follow(house: House, url: str) -> str:
    body = {
        "community_id": house.community,
        "name": "Agenda",
        "url": url,
        "proposes_days_before": 7,
    }
    answer = house.client.post("/v1/event-calendars", json=body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def read(house: House, path: str, **query: str) -> Any:
    answer = house.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_is_planned_here_is_an_occasion_where_its_link_is_followed(stack: Stack) -> None:
    house = open_house(stack, handle="agenda")
    day = datetime.now(ZURICH).date() + timedelta(days=3)
    draft = {"calendar_id": house.calendar, "title": "La désalpe", "wall_time": f"{day}T09:00:00"}
    post = house.client.post("/v1/posts", json=draft).json()
    link = {"name": "Neighbours", "shows_drafts": True}
    feed = house.client.post(f"/v1/calendars/{house.calendar}/feeds", json=link).json()
    address = f"{stack.url}/feeds/{feed['url'].rpartition('/')[2]}"
    window = {"since": f"{day}T00:00:00Z", "until": f"{day + timedelta(days=1)}T00:00:00Z"}

    def titles(calendar: str) -> list[str]:
        found = read(house, "/v1/occasions", event_calendar_id=calendar, **window)["data"]
        return [each["title"] for each in found]

    calendar = follow(house, address)
    until(lambda: titles(calendar) == ["La désalpe"], "the occasion is there")
    [occasion] = read(house, "/v1/occasions", event_calendar_id=calendar, **window)["data"]

    def near() -> list[str]:
        log = read(house, "/v1/events", kind="occasion.near")["data"]
        return [each["subject_id"] for each in log]

    until(lambda: near() == [occasion["id"]], "it is told of as near")
    house.client.patch(
        f"/v1/posts/{post['id']}", json={"title": "La poya"}, headers={"If-Match": "*"}
    )
    house.client.post(f"/v1/event-calendars/{calendar}/pull")
    until(lambda: titles(calendar) == ["La poya"], "it is called otherwise", within_s=40)

    again = read(house, f"/v1/occasions/{occasion['id']}")
    assert (again["title"], again["starts_at"]) == ("La poya", post["publish_at"])
    assert near() == [occasion["id"]]
    ideas = read(house, "/v1/ideas", community_id=house.community)["data"]
    assert [each["occasion_id"] for each in ideas] == [occasion["id"]]
    house.client.delete(f"/v1/calendar-feeds/{feed['id']}")
    broken = follow(house, f"{address}?again")
    until(lambda: state(house, broken) == "troubled", "the revoked link is no calendar")
    assert read(house, f"/v1/event-calendars/{broken}")["problem"]["code"] == "network.missing"


def test_a_private_address_is_never_asked(stack: Stack) -> None:
    house = open_house(stack, handle="inside")

    calendar = follow(house, "http://127.0.0.1:9/inside.ics")

    until(lambda: state(house, calendar) == "troubled", "it says what is wrong")
    problem = read(house, f"/v1/event-calendars/{calendar}")["problem"]
    assert (problem["code"], problem["acting_party"], problem["type"]) == (
        "outbound.address_refused",
        "operator",
        "/problems#outbound.address_refused",
    )


def state(house: House, calendar: str) -> str:
    found: str = read(house, f"/v1/event-calendars/{calendar}")["state"]
    return found
