from itertools import product

import pytest

from domain.uploads.rules import MOVES, UploadState, may_move

DRAWN = {
    ("open", "checking"),
    ("open", "expired"),
    ("open", "terminated"),
    ("checking", "open"),
    ("checking", "complete"),
    ("checking", "refused"),
    ("complete", "terminated"),
    ("refused", "terminated"),
}


@pytest.mark.parametrize(("state", "to"), [*product(UploadState, UploadState)])
def test_uploads_move_as_drawn_and_no_other_way(state: UploadState, to: UploadState) -> None:
    assert may_move(state, to) is ((state, to) in DRAWN)


def test_every_state_is_drawn() -> None:
    assert MOVES.keys() == set(UploadState)
