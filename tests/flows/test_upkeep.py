"""A page changes, and what was said of it on two accounts is updated, through real processes."""

from dataclasses import replace
from typing import Any

import httpx2

from tests.flows.programme import PRICES, Programme
from tests.house import House, open_house
from tests.stack import Stack, until

OLD, NEW = "Entrée au musée : 10 francs.", "Entrée au musée : 12 francs."


def second_account(house: House, stack: Stack, handle: str) -> House:
    """The same community, by another account."""
    made = httpx2.post(f"{stack.sandbox}/v1/accounts", json={"handle": handle}, timeout=20)
    token = made.json()["token"]
    login = {"server": stack.sandbox, "handle": handle, "token": token}
    body = {"community_id": house.community, "network": "sandbox", "login": login}
    answer = house.client.post("/v1/accounts", json=body, headers={"Prefer": "wait=10"})
    assert answer.json()["state"] == "connected", answer.text
    return replace(house, account=answer.json()["id"], handle=handle, sandbox_token=token)


def standing(house: House) -> list[str]:
    """What readers of the account see."""
    return [each["text"] for each in house.state()["posts"] if not each["deleted_at"]]


def read(house: House, path: str, **query: str) -> dict[str, Any]:
    answer = house.client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_page_that_changes_leads_to_an_edit_here_and_a_repost_there(
    stack: Stack, programme: str
) -> None:
    house = open_house(stack, handle="musee")
    other = second_account(house, stack, "musee_bis")
    post = house.publish(
        OLD, variants=[{"account_id": house.account}, {"account_id": other.account}]
    )
    house.settled(post)
    named = house.client.post("/v1/sources", json={"post_id": post, "url": programme + PRICES})
    source = f"/v1/sources/{named.json()['id']}"
    until(lambda: read(house, source)["state"] == "watched", "the page was read")

    Programme.price = 12

    def proposed() -> dict[str, Any] | None:
        house.client.post(f"{source}/pull")
        return next(iter(read(house, "/v1/updates", post_id=post)["data"]), None)

    update = until(proposed, "an update is proposed")
    assert update["difference"] == "-Entrée : 10 francs\n+Entrée : 12 francs"
    assert [each["id"] for each in read(house, "/v1/posts", is_stale="true")["data"]] == [post]
    kinds = [each["kind"] for each in read(house, "/v1/agenda")["data"] if each["post_id"] == post]
    assert kinds == ["update_proposed"]

    path = f"/v1/updates/{update['id']}"
    ways = {house.account: "edit", other.account: "repost"}
    copies = [
        {"delivery_id": each["delivery_id"], "way": ways[each["account_id"]]}
        for each in update["copies"]
    ]
    changed = house.client.patch(
        path, json={"parts": [NEW], "copies": copies}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200, changed.text
    for _ in range(2):
        assert house.client.post(f"{path}/approve").status_code == 200

    until(lambda: read(house, path)["state"] == "done", "it is done", within_s=60)

    assert (standing(house), standing(other)) == ([NEW], [NEW])
    assert house.post(post)["text"] == OLD
    anew = house.settled(read(house, path)["reposted_as"])
    assert [each["account_id"] for each in anew["deliveries"]] == [other.account]
    kinds = sorted(each["kind"] for each in house.post(post)["deliveries"])
    assert kinds == ["edit", "publish", "publish", "withdraw"]
    assert read(house, "/v1/posts", is_stale="true")["data"] == []
