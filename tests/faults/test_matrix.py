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


@pytest.mark.timeout(300)
def test_no_delivery_is_lost_or_doubled_in_50(tmp_path_factory: pytest.TempPathFactory) -> None:
    quick = QUIET | {"LEASE_S": "3", "OUTBOUND_TIMEOUT_S": "4"}
    with running_stack(tmp_path_factory.mktemp("faults"), workers=1, **quick) as stack:
        cells = open_cells(stack, SHORT)
        play(stack, cells, "short", posts=1, within_s=120)
        assert [(c.kind, c.fault.name, c.tally()) for c in cells if wrong(c)] == []


@pytest.mark.faults
@pytest.mark.timeout(1200)
def test_no_delivery_is_lost_or_doubled_in_1000(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    quick = QUIET | {"OUTBOUND_TIMEOUT_S": "8"}
    with running_stack(tmp_path_factory.mktemp("faults"), workers=1, **quick) as stack:
        cells = open_cells(stack, (*STRUCK, *CALM))
        for strike in dict.fromkeys(fault.strike for fault in STRUCK):
            struck = [cell for cell in cells if cell.fault.strike == strike]
            for number in range(2):
                play(stack, struck, f"{number}", posts=POSTS // 2, within_s=120)
        play(stack, [c for c in cells if not c.fault.strike], "calm", posts=POSTS, within_s=600)
        with capsys.disabled():
            print(f"\n{drawn(cells)}")
        assert [(c.kind, c.fault.name, c.tally()) for c in cells if wrong(c)] == []
