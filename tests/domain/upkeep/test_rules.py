"""The rules of updates and of the dates on which posts are looked at again."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domain.kernel.errors import NotAllowedNow
from domain.posts.rules import DeliveryState
from domain.upkeep.rules import (
    TRANSITIONS,
    Act,
    CopyState,
    UpdateReason,
    UpdateState,
    UpdateWay,
    after,
    copy_state,
    due_next,
    next_check,
    next_look,
    ways_of,
)

NOW = datetime(2026, 10, 20, 8, 30, tzinfo=UTC)
D = DeliveryState


@pytest.mark.parametrize(("state", "act"), list(product(UpdateState, Act)))
def test_an_update_moves_as_it_is_drawn_and_not_otherwise(state: UpdateState, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert after(state, act) is TRANSITIONS[state, act]
        return
    with pytest.raises(NotAllowedNow, match=f"The update is {state}"):
        after(state, act)


def test_the_best_way_comes_first() -> None:
    assert ways_of(can_edit=True)[0] is UpdateWay.EDIT
    assert ways_of(can_edit=False) == ("reply", "repost", "withdraw", "leave")


@pytest.mark.parametrize(
    ("state", "way", "act", "undo", "shown"),
    [
        ("proposed", "edit", None, None, "open"),
        ("dismissed", "edit", None, None, "left"),
        ("approved", "leave", None, None, "left"),
        ("approved", "edit", D.WAITING, None, "waiting"),
        ("approved", "edit", D.UNKNOWN, None, "unknown"),
        ("approved", "reply", D.FAILED, None, "failed"),
        ("approved", "reply", D.CANCELLED, None, "failed"),
        ("approved", "withdraw", D.DONE, None, "done"),
        ("approved", "repost", D.WAITING, None, "waiting"),
        ("approved", "repost", D.DONE, None, "going"),
        ("approved", "repost", D.DONE, D.WAITING, "waiting"),
        ("approved", "repost", D.DONE, D.DONE, "done"),
        ("approved", "repost", D.DONE, D.WITHDRAWN, "done"),
    ],
)
def test_a_copy_is_as_far_as_what_carries_it_out(
    state: str, way: str, act: DeliveryState | None, undo: DeliveryState | None, shown: str
) -> None:
    found = copy_state(UpdateState(state), UpdateWay(way), act, undo)

    assert found is CopyState(shown)


def test_what_is_on_its_way_is_looked_at_less_and_less_often() -> None:
    waits = [next_look(looks, now=NOW) - NOW for looks in (0, 1, 2, 40)]

    assert waits == [timedelta(seconds=s) for s in (2, 4, 8, 3600)]


def test_the_next_check_keeps_its_time_of_day_over_a_change_of_clocks() -> None:
    last = datetime(2026, 8, 1, 9, 15)  # noqa: DTZ001 - a wall time

    assert next_check(10, last, "Europe/Zurich", now=NOW) == datetime(2026, 10, 30, 9, 15)  # noqa: DTZ001 - as above
    assert next_check(10, None, "Europe/Zurich", now=NOW) == datetime(2026, 10, 30, 10, 30)  # noqa: DTZ001 - as above
    assert next_check(None, last, "Europe/Zurich", now=NOW) is None


def test_the_sooner_date_is_waited_for_and_none_that_was_told() -> None:
    end, check = NOW + timedelta(days=2), NOW + timedelta(days=1)

    assert due_next(end, check, ()) == check
    assert due_next(end, check, (UpdateReason.CHECK_DUE,)) == end
    assert due_next(end, None, (UpdateReason.EXPIRED,)) is None
