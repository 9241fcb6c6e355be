"""A frontend lives through a month in a test workspace, on real processes and the sandbox."""

from datetime import datetime, timedelta
from itertools import pairwise

from tests.house import open_house
from tests.stack import Stack, make_token, until

RULE = "RRULE:FREQ=WEEKLY;COUNT=4"


def test_a_month_passes_while_one_waits(stack: Stack) -> None:
    token = make_token(stack, "trial", "--test")
    house = open_house(stack, handle="month", token=token, is_lively=True)
    start = datetime.fromisoformat(house.client.get("/v1/test-clock").json()["now"])
    recurrence = house.recur("On taille.", RULE)

    sent = house.client.post("/v1/test-clock/advance", json={"minutes": 30 * 24 * 60})
    until(
        lambda: not house.client.get("/v1/test-clock").json()["is_advancing"],
        "the clock has arrived",
        within_s=100,
    )

    assert sent.status_code == 202, sent.text
    now = datetime.fromisoformat(house.client.get("/v1/test-clock").json()["now"])
    assert timedelta(days=30) <= now - start < timedelta(days=30, minutes=5)
    posts = house.client.get(f"/v1/posts?recurrence_id={recurrence}").json()["data"]
    assert [post["state"] for post in posts] == ["published"] * 4
    late = [
        datetime.fromisoformat(post["published_at"]) - datetime.fromisoformat(post["publish_at"])
        for post in posts
    ]
    assert all(timedelta(0) <= each < timedelta(minutes=1) for each in late)
    assert house.published("On taille.") == 4
    shown = [post["created_at"] for post in house.state()["posts"] if post["text"] == "On taille."]
    days = sorted(datetime.fromisoformat(each) for each in shown)
    assert [round((after - before) / timedelta(days=1)) for before, after in pairwise(days)] == [
        7,
        7,
        7,
    ]
    mentions = house.client.get("/v1/mentions").json()["data"]
    assert max(datetime.fromisoformat(each["said_at"]) for each in mentions) > start + timedelta(
        days=20
    )
