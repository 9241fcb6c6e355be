"""A worker is killed while a call hangs and others wait behind it: only the one is in doubt."""

from pathlib import Path

import pytest

from tests.house import House, open_house
from tests.stack import running_stack, until

WAITING = 4


@pytest.mark.timeout(300)
def test_only_what_had_begun_asks_a_person(tmp_path: Path) -> None:
    """All of them asked: whoever claims had sent, as far as anybody knew."""
    with running_stack(tmp_path / "stack", OUTBOUND_TIMEOUT_S="20") as stack:
        house = open_house(stack, handle="lanes", idempotency="E")
        house.fault("timeout_before", seconds=30)
        hung = house.publish("Celle-ci pend")
        until(lambda: state_of(house, hung) == "going", "the first is under way")
        behind = [house.publish(f"Derrière {each}") for each in range(WAITING)]
        until(lambda: all(state_of(house, id_) == "going" for id_ in behind), "all are claimed")
        stack.kill_worker()
        stack.start_worker()

        asks = until(lambda: problem_of(house, hung), "a person is asked about the one")
        until(lambda: all(state_of(house, id_) == "done" for id_ in behind), "the rest went out")
        assert asks == ("network.outcome_unknown", None)
        assert state_of(house, hung) == "unknown"
        assert [house.published(f"Derrière {each}") for each in range(WAITING)] == [1] * WAITING
        assert [kinds(house, id_) for id_ in behind] == [["send"]] * WAITING


def state_of(house: House, id_: str) -> str:
    [delivery] = house.post(id_)["deliveries"]
    return str(delivery["state"])


def problem_of(house: House, id_: str) -> tuple[str, str | None] | None:
    """Its code and when a worker goes on; None where nothing is wrong."""
    [delivery] = house.post(id_)["deliveries"]
    problem = delivery["problem"]
    return (problem["code"], problem["next_at"]) if problem else None


def kinds(house: House, id_: str) -> list[str]:
    [delivery] = house.post(id_)["deliveries"]
    found = house.client.get(f"/v1/deliveries/{delivery['id']}/attempts").json()["data"]
    return [str(each["act"]) for each in found]
