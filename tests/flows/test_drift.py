"""What the sandbox shows, compared with what was sent, through real processes."""

from typing import Any

import pytest

from tests.house import House, open_house
from tests.stack import Stack, until

WORDS = "Good morning, village! Bread at nine, cheese at ten. https://village.example/menu"


@pytest.fixture
def house(stack: Stack, request: pytest.FixtureRequest) -> House:
    return open_house(stack, handle=f"drift_{len(request.node.name)}")


def delivery(house: House, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = house.settled(id_)["deliveries"][0]
    return found


def checked(house: House, id_: str) -> dict[str, Any]:
    """The delivery once it was compared anew."""
    path = f"/v1/deliveries/{id_}"
    asked = house.client.post(f"{path}/check")
    assert asked.status_code == 200, asked.text
    found: dict[str, Any] = until(
        lambda: next(
            (
                each
                for each in [house.client.get(path).json()]
                if each["checked_at"] and each["checked_at"] > asked.json()["updated_at"]
            ),
            None,
        ),
        "it was compared",
    )
    return found


def codes(found: dict[str, Any]) -> list[str]:
    return [each["code"] for each in found["content_drift"]]


def test_text_that_was_cut_is_told_mended_by_an_edit_and_resolved(house: House) -> None:
    house.fault("truncates")
    post = house.publish(WORDS)
    id_ = delivery(house, post)["id"]

    cut = checked(house, id_)
    agenda = house.client.get("/v1/agenda", params={"kind": "content_drift"}).json()["data"]
    listed = house.client.get("/v1/deliveries", params={"has_drift": True}).json()["data"]
    house.client.post(f"/v1/posts/{post}/edit", json={"parts": [WORDS]})
    until(lambda: house.published(WORDS) == 1, "the whole text is public")
    mended = checked(house, id_)

    assert cut["content_drift"] == [
        {"code": "truncated", "part": 0, "sent": WORDS, "shown": WORDS[: len(WORDS) // 2]}
    ]
    assert id_ in [each["delivery_id"] for each in agenda]
    assert id_ in [each["id"] for each in listed]
    assert codes(mended) == []


def test_what_somebody_changes_over_there_is_told(house: House) -> None:
    remote = delivery(house, post := house.publish(WORDS))["refs"][0]["remote_id"]
    id_ = delivery(house, post)["id"]

    as_sent = checked(house, id_)
    house.play("patch", f"posts/{remote}", text="Buy our shoes!")
    changed = checked(house, id_)
    house.play("patch", f"posts/{remote}", text=WORDS)
    restored = checked(house, id_)
    house.play("delete", f"posts/{remote}")
    gone = checked(house, id_)

    found = [codes(each) for each in (as_sent, changed, restored, gone)]
    assert found == [[], ["text_differs"], [], ["gone"]]
    assert house.client.get(f"/v1/accounts/{house.account}").json()["state"] == "connected"


def test_first_look_comes_by_itself(house: House) -> None:
    id_ = delivery(house, house.publish(WORDS))["id"]

    found = until(
        lambda: next(
            (
                each
                for each in [house.client.get(f"/v1/deliveries/{id_}").json()]
                if each["checked_at"]
            ),
            None,
        ),
        "it was compared",
        within_s=40,
    )

    assert found["content_drift"] == []
    assert found["next_check_at"] > found["checked_at"] > found["published_at"]
