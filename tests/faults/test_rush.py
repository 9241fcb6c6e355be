"""Two workers, posts of one second, scarce budgets: all arrive once, in order, none refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.rush import REFUSED, SPENT, Lost, Outcome, Scarce, rush
from tests.faults.test_matrix import QUIET
from tests.stack import running_stack

PLENTY = Scarce(calls=1_000, window_s=60)
LOST = (
    Lost("timeout_before", times=1),
    Lost("timeout_after_success", times=3),
    Lost("reset_after_success", times=3),
)


@pytest.mark.timeout(300)
def test_60_posts_of_one_second_keep_their_order_within_their_budgets(tmp_path: Path) -> None:
    scarce = Scarce(calls=4, window_s=2)
    with running_stack(tmp_path / "stack", workers=2, **QUIET) as stack:
        ahead = timedelta(seconds=12)
        found = rush(stack, accounts=6, posts=10, scarce=scarce, ahead=ahead)
    assert_kept(found, 60, scarce)


@pytest.mark.timeout(300)
def test_18_posts_keep_their_order_where_answers_get_lost(tmp_path: Path) -> None:
    """What came behind a message in doubt overtook it where that had not arrived."""
    patience = QUIET | {"OUTBOUND_TIMEOUT_S": "2"}
    with running_stack(tmp_path / "stack", workers=2, **patience) as stack:
        ahead = timedelta(seconds=8)
        found = rush(stack, accounts=3, posts=6, scarce=PLENTY, ahead=ahead, lost=LOST)
    assert (found.sent, found.arrived, found.overtaken) == (18, 18, 0)
    assert found.waits["network.outcome_unknown"] == sum(times for _, times in LOST)


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_1000_posts_keep_their_order_where_answers_get_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # What is lost twice lets the others go on: none may be by the slowness of the machine alone.
    patience = QUIET | {"OUTBOUND_TIMEOUT_S": "20"}
    with running_stack(tmp_path / "stack", workers=2, **patience) as stack:
        ahead = timedelta(seconds=240)
        found = rush(stack, accounts=50, posts=20, scarce=PLENTY, ahead=ahead, lost=LOST)
    with capsys.disabled():
        print(f"\n{found.drawn()}")
    assert (found.sent, found.arrived, found.overtaken) == (1000, 1000, 0)
    assert found.waits["network.outcome_unknown"] > 0


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_1000_posts_of_one_second_keep_their_order_within_their_budgets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scarce = Scarce(calls=8, window_s=5)
    with running_stack(tmp_path / "stack", workers=2, **QUIET) as stack:
        ahead = timedelta(seconds=240)
        found = rush(stack, accounts=50, posts=20, scarce=scarce, ahead=ahead)
    with capsys.disabled():
        print(f"\n{found.drawn()}")
    assert_kept(found, 1000, scarce)


def assert_kept(found: Outcome, posts: int, scarce: Scarce) -> None:
    """Whoever calls more often than it may is refused over there: that is counted, too."""
    assert (found.sent, found.arrived) == (posts, posts)
    assert (found.overtaken, found.lateness[0] >= 0) == (0, True)
    assert 0 < found.most_calls <= scarce.calls, "an account exceeded its calls"
    assert found.waits[SPENT] > 0, "the budgets were not scarce"
    assert found.waits[REFUSED] == 0
