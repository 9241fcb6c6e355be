"""Every class under every fault: no delivery is lost or doubled, counted on the network itself."""

import pytest

from tests.faults.cells import open_cells
from tests.faults.columns import CALM, SHORT, STRUCK
from tests.faults.matrix import drawn, play, wrong
from tests.stack import running_stack

QUIET = {
    "POLL_MIN_S": "600",
    "POLL_MAX_S": "3600",
    "WORKER_JOBS": "100",
    "LIMIT_TOKEN_PER_MIN": "0",
}
"""Readings would meet the faults that are meant for publishing."""
POSTS = 10
"""In every cell, so that there are 1,000 in all."""
FAULTS = (*STRUCK, *CALM)
PARTS = {each.strike or "calm": each.strike for each in FAULTS}
"""Each on a stack of its own, within a time of its own: a slow machine runs them one by one."""


@pytest.mark.timeout(300)
def test_no_delivery_is_lost_or_doubled_in_50(tmp_path_factory: pytest.TempPathFactory) -> None:
    quick = QUIET | {"LEASE_S": "3", "OUTBOUND_TIMEOUT_S": "4"}
    with running_stack(tmp_path_factory.mktemp("faults"), workers=1, **quick) as stack:
        cells = open_cells(stack, SHORT)
        play(stack, cells, "short", posts=1, within_s=120)
        assert [(c.kind, c.fault.name, c.tally()) for c in cells if wrong(c)] == []


@pytest.mark.faults
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", PARTS)
def test_no_delivery_is_lost_or_doubled_in_1000(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    # what is struck hangs until it is, however slow the machine
    patience = QUIET | {"OUTBOUND_TIMEOUT_S": "40" if PARTS[part] else "8"}
    with running_stack(tmp_path_factory.mktemp("faults"), workers=1, **patience) as stack:
        cells = open_cells(stack, [each for each in FAULTS if each.strike == PARTS[part]])
        halves = 2 if PARTS[part] else 1
        for number in range(halves):
            play(stack, cells, f"{number}", posts=POSTS // halves, within_s=600 // halves)
        with capsys.disabled():
            print(f"\n{drawn(cells)}")
        assert [(c.kind, c.fault.name, c.tally()) for c in cells if wrong(c)] == []
