"""A thread of which some is out, on a network that cannot tell: people say, the rest goes on."""

from typing import Any

import pytest

from tests.house import House, open_house
from tests.stack import Stack, until

PARTS = ["Un sur trois.", "Deux sur trois.", "Trois sur trois."]


@pytest.fixture
def house(stack: Stack, request: pytest.FixtureRequest) -> House:
    handle = "half_not" if "not_to_be" in request.node.name else "half_there"
    return open_house(stack, handle=handle, idempotency="E")


def begin(house: House) -> str:
    """A thread whose first message is in doubt; gives the post's id."""
    variants = [{"account_id": house.account, "parts": PARTS}]
    return house.publish("Trois messages.", variants=variants)


def asked(house: House, post: str) -> dict[str, Any]:
    """The delivery, once a person is asked about it."""

    def asks() -> dict[str, Any] | None:
        [delivery] = house.post(post)["deliveries"]
        problem = delivery["problem"] or {"next_at": "soon"}
        is_asked = delivery["state"] == "unknown" and problem["next_at"] is None
        return delivery if is_asked and problem["acting_party"] == "user" else None

    found: dict[str, Any] = until(asks, "a person is asked")
    return found


def settle(house: House, delivery: dict[str, Any], **word: Any) -> tuple[int, dict[str, Any]]:
    answer = house.client.post(f"/v1/deliveries/{delivery['id']}/settle", json=word)
    return answer.status_code, answer.json()


def remote(house: House, text: str) -> str:
    [id_] = [post["id"] for post in house.state()["posts"] if post["text"] == text]
    return str(id_)


def test_what_is_said_to_be_there_is_kept_and_the_rest_goes_on(house: House) -> None:
    """It was taken for the whole thread: the rest never went out, what had was forgotten."""
    house.fault("reset_after_success")
    post = begin(house)
    asked(house, post)
    house.fault("reset_after_success")
    url = f"{house.stack.sandbox}/posts/{remote(house, PARTS[0])}"
    told = settle(house, asked(house, post), is_published=True, url=url)
    again = asked(house, post)
    known = settle(house, again, is_published=True, remote_id=remote(house, PARTS[0]))

    settle(house, again, is_published=True, remote_id=remote(house, PARTS[1]))

    [delivery] = house.settled(post)["deliveries"]
    assert (told[0], told[1]["state"]) == (200, "waiting")
    assert (known[0], known[1]["code"]) == (409, "state.not_allowed")
    assert [each["remote_id"] for each in delivery["refs"]] == [remote(house, t) for t in PARTS]
    assert [house.published(text) for text in PARTS] == [1, 1, 1]


def test_what_is_said_not_to_be_is_sent_from_there_on(house: House) -> None:
    house.fault("reset_after_success")
    post = begin(house)
    asked(house, post)
    house.fault("reset_before")
    settle(house, asked(house, post), is_published=True, remote_id=remote(house, PARTS[0]))
    gone = settle(house, asked(house, post), is_published=False)

    retried = house.client.post(f"/v1/posts/{post}/retry", json={})

    [delivery] = house.settled(post)["deliveries"]
    assert (gone[0], gone[1]["state"], retried.status_code) == (200, "failed", 200)
    assert [each["remote_id"] for each in delivery["refs"]] == [remote(house, t) for t in PARTS]
    assert [house.published(text) for text in PARTS] == [1, 1, 1]
