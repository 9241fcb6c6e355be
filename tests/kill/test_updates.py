"""A worker is killed between the approval of an update and its record: it is done once."""

from pathlib import Path

import pytest

from tests.flows.test_upkeep import read, second_account, standing
from tests.house import open_house
from tests.stack import running_stack, until

OLD, NEW = "Entrée au musée : 10 francs.", "Entrée au musée : 12 francs."


@pytest.mark.timeout(300)
def test_an_approved_update_is_carried_out_once_though_its_worker_is_killed(
    tmp_path: Path,
) -> None:
    """The edit had not arrived, the new copy had; of neither was anything recorded."""
    with running_stack(tmp_path / "stack", OUTBOUND_TIMEOUT_S="20") as stack:
        house = open_house(stack, handle="edited")
        other = second_account(house, stack, "reposted")
        variants = [{"account_id": each.account} for each in (house, other)]
        post = house.publish(OLD, variants=variants)
        house.settled(post)
        made = house.client.post(f"/v1/posts/{post}/updates", json={"parts": [NEW]}).json()
        path, ways = f"/v1/updates/{made['id']}", {house.account: "edit", other.account: "repost"}
        copies = [
            {"delivery_id": each["delivery_id"], "way": ways[each["account_id"]]}
            for each in made["copies"]
        ]
        chosen = house.client.patch(path, json={"copies": copies}, headers={"If-Match": "*"})
        house.fault("timeout_before", on="edit")
        other.fault("timeout_after_success")

        approved = house.client.post(f"{path}/approve")
        until(lambda: not house.state()["faults"] and NEW in standing(other), "both calls hang")
        before = read(house, path)["state"]
        stack.kill_worker()
        stack.start_worker()

        until(lambda: read(house, path)["state"] == "done", "it is done", within_s=90)
        assert (chosen.status_code, approved.status_code, before) == (200, 200, "approved")
        assert (standing(house), standing(other)) == ([NEW], [NEW])
        assert [each["text"] for each in other.state()["posts"]] == [OLD, NEW]
