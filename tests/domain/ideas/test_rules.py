"""Every move of the drawing, allowed and refused."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ideas.rules import (
    TRANSITIONS,
    CandidateState,
    IdeaState,
    lacks_summary,
    may_decide,
    may_move,
)

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


@given(st.lists(st.sampled_from(IdeaState), max_size=30))
def test_however_an_idea_is_moved_it_can_be_closed_and_taken_up_again(
    wishes: list[IdeaState],
) -> None:
    state = IdeaState.IDEA
    for wish in wishes:
        state = wish if may_move(state, wish) else state

    assert state is IdeaState.CLOSED or may_move(state, IdeaState.CLOSED)
    assert may_move(IdeaState.CLOSED, IdeaState.OPEN)


@given(st.lists(st.sampled_from(CandidateState), max_size=10))
def test_what_was_accepted_once_stays_accepted(wishes: list[CandidateState]) -> None:
    state, was_accepted = CandidateState.OPEN, False
    for wish in wishes:
        state = wish if may_decide(state, wish) else state
        was_accepted = was_accepted or state is CandidateState.ACCEPTED

    assert was_accepted is (state is CandidateState.ACCEPTED)
