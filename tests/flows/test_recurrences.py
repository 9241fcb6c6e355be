"""A recurrence through real processes: its posts are planned at once, and go out at their time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.house import House, open_house
from tests.stack import Stack, until

ZURICH = ZoneInfo("Europe/Zurich")


@pytest.fixture(scope="module")
def house(stack: Stack) -> House:
    return open_house(stack, handle="carnet")


def test_a_recurrence_is_planned_for_weeks_and_what_is_due_goes_out_once(house: House) -> None:
    soon = datetime.now(ZURICH) + timedelta(seconds=5)
    rule = f"RRULE:FREQ=DAILY;COUNT=20\nRDATE:{soon:%Y%m%dT%H%M%S}"

    id_ = house.recur("Le mot du jour : carnotzet.", rule)
    until(lambda: len(house.occurrences(id_)) >= 21, "21 posts are planned")

    preview = house.client.get(f"/v1/recurrences/{id_}/preview").json()["occurrences"]
    first = preview[0]["post_id"]
    house.settled(first)
    assert house.published("Le mot du jour : carnotzet.") == 1
    assert len(house.occurrences(id_)) == 21
    assert preview[0]["occurs_at"] == f"{soon:%Y-%m-%dT%H:%M:%S}"
    house.client.delete(f"/v1/recurrences/{id_}")
    query = {"calendar_id": house.calendar, "state": "scheduled"}
    assert house.client.get("/v1/posts", params=query).json()["data"] == []
