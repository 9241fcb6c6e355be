"""The drawing of reviews, transition by transition."""

from itertools import product

import pytest

from domain.approvals.rules import TRANSITIONS, Act, ReviewState, after, approving
from domain.kernel.errors import NotAllowedNow

OPEN = ReviewState.OPEN


@pytest.mark.parametrize(("state", "act"), list(product(ReviewState, Act)))
def test_acts_of_the_drawing_are_done_and_others_refused(state: ReviewState, act: Act) -> None:
    drawn = {
        Act.NEXT: ReviewState.OPEN,
        Act.REMIND: ReviewState.OPEN,
        Act.DELEGATE: ReviewState.OPEN,
        Act.ESCALATE: ReviewState.OPEN,
        Act.APPROVE: ReviewState.APPROVED,
        Act.REFUSE: ReviewState.REFUSED,
        Act.WITHDRAW: ReviewState.WITHDRAWN,
        Act.OUTDATE: ReviewState.OUTDATED,
        Act.LAPSE: ReviewState.LAPSED,
    }

    if state is OPEN:
        assert after(state, act) is drawn[act]
    else:
        with pytest.raises(NotAllowedNow, match=f"The review is {state}."):
            after(state, act)


def test_nothing_leads_out_of_an_end() -> None:
    assert {state for state, _ in TRANSITIONS} == {OPEN}


def test_last_step_approves_and_those_before_go_on() -> None:
    acts = [approving(step, steps=3) for step in range(3)]

    assert acts == [Act.NEXT, Act.NEXT, Act.APPROVE]
    assert approving(0, steps=1) is Act.APPROVE
