"""From a planned post to its series, on the sandbox network, through real processes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.house import House, open_house
from tests.stack import Stack, until

ZURICH = ZoneInfo("Europe/Zurich")


@pytest.fixture(scope="session")
def house(stack: Stack) -> House:
    return open_house(stack, handle="romandie")


def test_scheduled_post_travels_to_publication_reply_mention_series_and_events(
    house: House,
) -> None:
    at = (datetime.now(ZURICH) + timedelta(seconds=4)).replace(tzinfo=None)
    answer = house.client.post(
        "/v1/posts",
        json={
            "calendar_id": house.calendar,
            "title": "La vigne",
            "text": "On taille la vigne.",
            "variants": [{"account_id": house.account}],
            "wall_time": at.isoformat(timespec="seconds"),
        },
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    planned = house.client.post(f"/v1/posts/{made['id']}/schedule", json={}).json()
    assert planned["state"] == "scheduled"
    assert house.published("On taille la vigne.") == 0

    post = house.settled(made["id"])
    [delivery] = post["deliveries"]
    assert delivery["state"] == "done"
    late = moment(delivery["published_at"]) - moment(planned["publish_at"])
    assert timedelta(0) <= late < timedelta(seconds=5)
    assert house.published("On taille la vigne.") == 1
    house.play(
        "post",
        "people",
        kind="reply",
        person="chantal",
        post_id=delivery["refs"][0]["remote_id"],
        text="Chez nous aussi !",
    )
    house.play(
        "post", "people", kind="like", person="marc", post_id=delivery["refs"][0]["remote_id"]
    )

    mention = until(
        lambda: next(iter(mentions(house, f"?kind=reply&account_id={house.account}")), None),
        "the reply is in the inbox",
    )
    assert mention["text"] == "Chez nous aussi !"
    assert mention["post_id"] == made["id"]
    answer = house.client.post(
        f"/v1/mentions/{mention['id']}/answers", json={"text": "Bon courage !"}
    )
    assert answer.status_code == 201, answer.text
    until(lambda: house.published("Bon courage !") == 1, "the answer is public")
    until(
        lambda: house.client.get(f"/v1/mentions/{mention['id']}").json()["status"] == "answered",
        "the mention counts as answered",
    )
    found = mentions(house, f"?q=chez&account_id={house.account}")
    assert [each["id"] for each in found] == [mention["id"]]

    until(lambda: likes(house, made["id"]) == 1, "the like is counted", within_s=15)
    series = house.client.get(f"/v1/metrics/series?metric=likes&post_id={made['id']}").json()
    assert [value for value in series["series"][0]["values"] if value is not None] == [1]
    kinds = [event["kind"] for event in events(house)]
    for kind in ("post.scheduled", "post.going_out", "delivery.done", "post.published"):
        assert kinds.count(kind) >= 1, kinds
    assert "mentions.received" in kinds


def test_withdrawn_post_is_gone_over_there(house: House) -> None:
    id_ = house.publish("Bientôt repris.")
    house.settled(id_)
    assert house.client.post(f"/v1/posts/{id_}/withdraw").status_code == 202

    post = house.settled(id_, state="withdrawn")

    assert sorted(d["state"] for d in post["deliveries"]) == ["done", "withdrawn"]
    alive = [p for p in house.state()["posts"] if p["text"] == "Bientôt repris."]
    assert all(p["deleted_at"] for p in alive)


def test_edited_post_says_the_new_words_over_there(stack: Stack) -> None:
    house = open_house(stack, handle="edited")
    id_ = house.publish("Avant.")
    house.settled(id_)
    house.fault("server_error_after_success", on="edit")
    asked = house.client.post(f"/v1/posts/{id_}/edit", json={"parts": ["Après."]})
    assert asked.status_code == 202, asked.text

    until(lambda: house.published("Après.") == 1, "the new words are public")
    post = until(
        lambda: next(iter([p for p in [house.post(id_)] if p["text"] == "Après."]), None),
        "the post says them too",
    )

    assert house.published("Avant.") == 0
    assert [(d["kind"], d["state"]) for d in post["deliveries"]] == [
        ("publish", "done"),
        ("edit", "done"),
    ]


@pytest.mark.parametrize("idempotency", ["A", "B", "C", "D"])
@pytest.mark.parametrize(
    "fault", ["timeout_after_success", "reset_after_success", "server_error_after_success"]
)
def test_unknown_outcome_is_looked_up_and_never_doubled(
    stack: Stack, idempotency: str, fault: str
) -> None:
    house = open_house(stack, handle=f"{fault}_{idempotency}".lower()[:30], idempotency=idempotency)
    house.fault(fault, seconds=5)
    id_ = house.publish("Une seule fois.")

    house.settled(id_)

    assert house.published("Une seule fois.") == 1


def test_class_e_asks_a_person_and_takes_their_word(stack: Stack) -> None:
    house = open_house(stack, handle="class_e", idempotency="E")
    house.fault("reset_after_success")
    id_ = house.publish("Qui sait ?")
    post = house.settled(id_, state="unknown")
    delivery = until(
        lambda: next(
            (d for d in house.post(id_)["deliveries"] if d["problem"]["acting_party"] == "user"),
            None,
        ),
        "a person is asked",
    )

    assert post["deliveries"][0]["state"] == "unknown"
    assert delivery["problem"]["next_at"] is None
    retry = house.client.post(f"/v1/posts/{id_}/retry", json={})
    assert retry.status_code == 409
    path, there = f"/v1/deliveries/{delivery['id']}/settle", house.state()["posts"][0]["url"]
    other = there.replace("127.0.0.1", "sandbox.example")
    elsewhere = house.client.post(path, json={"is_published": True, "url": other})
    settled = house.client.post(path, json={"is_published": True, "url": there})
    refused = elsewhere.json()
    assert (elsewhere.status_code, refused["code"]) == (422, "delivery.address_elsewhere")
    assert [each["pointer"] for each in refused["errors"]] == ["/url"]
    assert (settled.json()["state"], settled.json()["url"]) == ("done", there)
    assert house.post(id_)["state"] == "published"
    assert house.published("Qui sait ?") == 1


def test_spent_budget_and_server_error_delay_and_arrive(stack: Stack) -> None:
    house = open_house(stack, handle="delayed")
    house.fault("rate_limited", seconds=2)
    first = house.publish("Après la pause.")
    house.settled(first)
    house.fault("server_error")
    second = house.publish("Après la panne.")
    house.settled(second)

    assert house.published("Après la pause.") == 1
    assert house.published("Après la panne.") == 1


def test_refusal_fails_with_the_networks_words_and_can_be_retried(stack: Stack) -> None:
    house = open_house(stack, handle="refused")
    house.fault("refused")
    id_ = house.publish("Non merci.")
    post = house.settled(id_, state="failed")
    problem = post["deliveries"][0]["problem"]
    assert problem["code"].startswith("network.")
    assert problem["said"]

    assert house.client.post(f"/v1/posts/{id_}/retry", json={}).status_code == 200

    house.settled(id_)
    assert house.published("Non merci.") == 1


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def mentions(house: House, query: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = house.client.get(f"/v1/mentions{query}").json()["data"]
    return found


def likes(house: House, post_id: str) -> int | None:
    found = house.client.get(f"/v1/posts/{post_id}/metrics").json()
    totals = [each for copy in found["copies"] for each in copy["totals"]]
    return next((each["total"] for each in totals if each["metric"] == "likes"), None)


def events(house: House) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    url = "/v1/events?limit=100"
    while url:
        answer = house.client.get(url)
        found += answer.json()["data"]
        url = answer.links.get("next", {}).get("url", "")
    return found


def test_account_whose_token_was_revoked_goes_on_with_a_new_one_in_order(stack: Stack) -> None:
    house = open_house(stack, handle="anew")
    account = f"/v1/accounts/{house.account}"

    def reads(state: str) -> bool:
        found: str = house.client.get(account).json()["state"]
        return found == state

    def connect(token: str) -> dict[str, Any]:
        login = {"server": stack.sandbox, "handle": house.handle, "token": token}
        wait = {"Prefer": "wait=10"}
        answer = house.client.post(f"{account}/reconnect", json={"login": login}, headers=wait)
        found: dict[str, Any] = answer.json()
        return found

    def plan(text: str) -> str:
        at = (datetime.now(ZURICH) + timedelta(seconds=6)).replace(tzinfo=None)
        made = {
            "calendar_id": house.calendar,
            "title": text,
            "text": text,
            "wall_time": at.isoformat(timespec="seconds"),
        }
        said = {**made, "variants": [{"account_id": house.account}]}
        id_: str = house.client.post("/v1/posts", json=said).json()["id"]
        house.client.post(f"/v1/posts/{id_}/schedule", json={}).raise_for_status()
        return id_

    texts = [f"Message {number}." for number in range(1, 4)]
    posts = [plan(text) for text in texts]
    token = house.play("post", "tokens", keeps_sessions=False)["token"]
    until(lambda: reads("action_required"), "its owner is asked to connect it again")
    in_vain = connect(house.sandbox_token)
    held = [house.post(id_)["deliveries"][0]["state"] for id_ in posts]
    again = replace(house, sandbox_token=token)
    before = again.state()["posts"]
    back = connect(token)
    for id_ in posts:
        house.settled(id_)

    assert (in_vain["state"], in_vain["problem"]["code"]) == (
        "action_required",
        "network.grant_expired",
    )
    assert (held, before) == (["waiting"] * 3, [])
    assert back["state"] == "connected"
    assert [each["text"] for each in again.state()["posts"]] == texts
