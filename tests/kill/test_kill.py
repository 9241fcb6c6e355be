"""Processes are killed while posts go out; no post is lost, none is published twice."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.house import House, open_house
from tests.kill import rounds
from tests.kill.rounds import DAYS, POSTS, RECURRENCES, ROWS, Kill
from tests.stack import Stack, running_stack

KILLS = {
    "worker": rounds.kill_worker,
    "postgresql": rounds.kill_postgres,
    "valkey": rounds.wipe_valkey,
}
MORE_KILLS = KILLS | {"valkey that keeps its data": rounds.kill_valkey}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("kill")) as running:
        yield running


@pytest.fixture(scope="module")
def house(stack: Stack) -> House:
    return open_house(stack, handle="killed", idempotency="D")


def play(stack: Stack, house: House, name: str, kill: Kill, number_of_rounds: int) -> Counter[int]:
    total: Counter[int] = Counter()
    for number in range(number_of_rounds):
        total += rounds.play_round(stack, house, f"{name} {number}", kill)
    return total


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", KILLS)
def test_no_post_is_lost_or_doubled_in_3_rounds(stack: Stack, house: House, name: str) -> None:
    assert play(stack, house, name, KILLS[name], 3) == {1: 3 * POSTS}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", KILLS)
def test_no_post_of_a_recurrence_is_lost_or_doubled(stack: Stack, house: House, name: str) -> None:
    assert rounds.plan_round(stack, house, KILLS[name]) == {1: RECURRENCES * DAYS}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", KILLS)
def test_no_row_of_an_import_is_lost_or_doubled(stack: Stack, house: House, name: str) -> None:
    assert rounds.import_round(stack, house, name, KILLS[name]) == {1: ROWS}


@pytest.mark.kill
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", MORE_KILLS)
def test_no_post_is_lost_or_doubled_in_50_rounds(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    with running_stack(tmp_path_factory.mktemp(name.split(maxsplit=1)[0])) as stack:
        house = open_house(stack, handle="killed", idempotency="D")
        total = play(stack, house, name, MORE_KILLS[name], 50)
    print(f"{name}: {dict(total)} (times on the network: posts)")
    assert total == {1: 50 * POSTS}


@pytest.mark.timeout(300)
def test_without_reconciling_the_same_kill_doubles(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running_stack(tmp_path_factory.mktemp("blind"), RECONCILE="false") as stack:
        house = open_house(stack, handle="blind", idempotency="D")
        total = play(stack, house, "blind", rounds.kill_worker, 1)
    assert total[2] >= 1
