"""The states of a consent: every transition of the drawing, allowed and refused."""

from datetime import timedelta

import pytest

from domain.accounts.consenting import NEXT, ConsentState, asks_again_after, may_become
from domain.connector.errors import (
    GrantExpired,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)

S = ConsentState
DRAWN = {
    (S.PREPARING, S.OPEN),
    (S.PREPARING, S.FAILED),
    (S.PREPARING, S.EXPIRED),
    (S.PREPARING, S.CANCELLED),
    (S.OPEN, S.RETURNED),
    (S.OPEN, S.FAILED),
    (S.OPEN, S.EXPIRED),
    (S.OPEN, S.CANCELLED),
    (S.RETURNED, S.CHOOSING),
    (S.RETURNED, S.DONE),
    (S.RETURNED, S.FAILED),
    (S.CHOOSING, S.RETURNED),
    (S.CHOOSING, S.EXPIRED),
    (S.CHOOSING, S.CANCELLED),
}


def test_every_state_has_its_transitions() -> None:
    assert set(NEXT) == set(S)


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("after", S)
def test_a_consent_moves_as_drawn_and_in_no_other_way(before: S, after: S) -> None:
    assert may_become(before, after) == ((before, after) in DRAWN)


@pytest.mark.parametrize(
    ("error", "state", "tries", "expected_s"),
    [
        (Unavailable("x"), S.PREPARING, 1, 2),
        (Unavailable("x"), S.RETURNED, 3, 15),
        (Unavailable("x"), S.PREPARING, 4, None),
        (RateLimited("x", until=None), S.PREPARING, 1, 2),
        (RateLimited("x", until=None), S.RETURNED, 1, None),
        (OutcomeUnknown("x"), S.RETURNED, 1, None),
        (GrantExpired("x"), S.RETURNED, 1, None),
        (Refused("x"), S.PREPARING, 1, None),
    ],
)
def test_a_step_is_taken_again_only_where_that_does_no_harm(
    error: NetworkError, state: S, tries: int, expected_s: int | None
) -> None:
    expected = None if expected_s is None else timedelta(seconds=expected_s)
    assert asks_again_after(error, state, tries) == expected
