"""Real servers under every fault, behind mitmproxy: counted in what they hold themselves."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.faults.cells import Cell, connect, open_desk
from tests.faults.columns import CALM, ON_WIRES, STRIKES, STRUCK, Fault
from tests.faults.matrix import drawn, play, wrong
from tests.faults.test_matrix import POSTS, QUIET
from tests.faults.upstreams.bluesky import bluesky
from tests.faults.upstreams.matrix import matrix
from tests.faults.upstreams.wired import Wired
from tests.faults.upstreams.wordpress import wordpress
from tests.faults.wires import laid
from tests.house import open_house
from tests.stack import Stack, running_stack

NETWORKS = {"WordPress": wordpress, "Matrix": matrix, "Bluesky": bluesky}
Place = tuple[str, Fault, Wired]


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("network", NETWORKS)
def test_no_delivery_is_lost_or_doubled_by_real_servers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], network: str
) -> None:
    with real_cells(tmp_path, network, (*STRUCK, *CALM, *ON_WIRES)) as (stack, cells):
        for strike in dict.fromkeys(cell.fault.strike for cell in cells if cell.fault.strike):
            struck = [cell for cell in cells if cell.fault.strike == strike]
            strikes = STRIKES | {"revoke token": partial(_revoke, struck)}
            for each in range(2):
                half = POSTS // 2
                play(stack, struck, f"{each}", posts=half, within_s=120, strikes=strikes)
        play(stack, [c for c in cells if not c.fault.strike], "calm", posts=POSTS, within_s=600)
        with capsys.disabled():
            print(f"\n{drawn(cells)}")
        assert [(c.kind, c.fault.name, c.tally()) for c in cells if wrong(c)] == []


def _revoke(cells: Sequence[Cell], _: Stack) -> None:
    for cell in cells:
        assert isinstance(cell.far, Wired)
        cell.far.revoke()


@contextmanager
def real_cells(
    folder: Path, network: str, faults: Sequence[Fault]
) -> Iterator[tuple[Stack, list[Cell]]]:
    """Every fault of a network, each on an account and a wire of its own, all connected."""
    with ExitStack() as servers:
        fars = list(_settled(servers, folder, network, faults))
        origins = ",".join(far.wire.origin for _, _, far in fars)
        quick = QUIET | {"OUTBOUND_TIMEOUT_S": "8", "OUTBOUND_ALLOW": origins}
        with running_stack(folder / "stack", workers=1, **quick) as stack:
            house = open_house(stack, handle="first")
            desk = open_desk(house.client, house.community, house.calendar)
            cells = [Cell(network, fault, far, desk) for network, fault, far in fars]
            connect(cells)
            yield stack, cells


def _settled(
    servers: ExitStack, folder: Path, network: str, faults: Sequence[Fault]
) -> Iterator[Place]:
    upstream, settle = servers.enter_context(NETWORKS[network]())
    wires = servers.enter_context(laid(folder, [upstream] * len(faults)))
    for number, (fault, wire) in enumerate(zip(faults, wires, strict=True)):
        far = settle(wire, f"cell{number}", fault)
        if far is not None:
            yield network, fault, far
