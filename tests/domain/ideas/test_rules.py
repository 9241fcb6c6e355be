"""Every move of the drawing, allowed and refused."""

from itertools import product

import pytest

from domain.ideas.rules import TRANSITIONS, IdeaState, lacks_summary, may_move

DRAWN = {
    ("idea", "open"),
    ("idea", "closed"),
    ("open", "idea"),
    ("open", "animated"),
    ("open", "closed"),
    ("animated", "open"),
    ("animated", "summarised"),
    ("animated", "closed"),
    ("summarised", "animated"),
    ("summarised", "closed"),
    ("closed", "open"),
}


@pytest.mark.parametrize(("old", "new"), list(product(IdeaState, IdeaState)))
def test_only_what_is_drawn_is_allowed(old: IdeaState, new: IdeaState) -> None:
    assert may_move(old, new) is ((old, new) in DRAWN)


def test_every_state_is_reached_and_left() -> None:
    assert TRANSITIONS.keys() == set(IdeaState)
    assert {new for moves in TRANSITIONS.values() for new in moves} == set(IdeaState)


@pytest.mark.parametrize("state", IdeaState)
def test_only_what_is_summarised_needs_a_summary(state: IdeaState) -> None:
    assert lacks_summary(state, None) is (state is IdeaState.SUMMARISED)
    assert lacks_summary(state, "Oui.") is False
