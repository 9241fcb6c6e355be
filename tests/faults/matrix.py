"""Plays the matrix on a stack, judges its cells, and draws it as a table."""

from collections.abc import Mapping, Sequence

from tests.faults.cells import Cell, Tally
from tests.faults.columns import STRIKES, Strike
from tests.faults.person import attend, connect_again
from tests.stack import Stack, until

HEAD = "In each column: sent, arrived, doubled, lost, asked a person."


def play(
    stack: Stack,
    cells: Sequence[Cell],
    name: str,
    *,
    posts: int,
    within_s: float,
    strikes: Mapping[str, Strike] = STRIKES,
) -> None:
    """Posts go out in every cell while its faults befall it, until all has come to its end.

    Cells that are to be struck go first; the strike falls when a call of each of them hangs.
    """
    struck = [cell for cell in cells if cell.fault.strike]
    calm = [cell for cell in cells if not cell.fault.strike]
    _publish(struck, name, posts)
    for strike in sorted({cell.fault.strike for cell in struck if cell.fault.strike}):
        until(lambda: all(cell.far.has_met() for cell in struck), "a call of each hangs")
        strikes[strike](stack)
    _publish(calm, name, posts)
    attend(cells, within_s=within_s)
    spared = [(cell.kind, cell.fault.name) for cell in cells if not cell.far.has_met()]
    assert not spared, spared


def _publish(cells: Sequence[Cell], name: str, posts: int) -> None:
    for cell in cells:
        cell.order(posts)
    planned = [(cell, cell.draft(f"{name} {each}")) for each in range(posts) for cell in cells]
    for cell, id_ in sorted(planned, key=lambda pair: pair[0].fault.session_s or 0):
        until(cell.has_run_out, "its session has run out")
        while not cell.goes(id_):
            connect_again(cell)


def wrong(cell: Cell) -> bool:
    """Whether a delivery was lost or doubled, or a person asked in vain or not at all."""
    found, fault = cell.tally(), cell.fault
    if found.doubled or found.lost or found.arrived != found.sent:
        return True
    if cell.far.asks:
        return found.asked != cell.far.asks
    if cell.kind != "E" or not fault.leaves_doubt:
        return found.asked > 0
    return found.asked < 1 if fault.is_one else found.asked != found.sent


def drawn(cells: Sequence[Cell]) -> str:
    """One line a fault, one column a class or network."""
    tallies = {(cell.fault.name, cell.kind): cell.tally() for cell in cells}
    names, kinds = (list(dict.fromkeys(each)) for each in zip(*tallies, strict=True))
    lines = [f"{'':22}" + "".join(f"{kind:^20}" for kind in kinds)]
    lines += [
        f"{name:22}" + "".join(f"{_shown(tallies.get((name, kind))):^20}" for kind in kinds)
        for name in names
    ]
    total = [sum(column) for column in zip(*map(_numbers, tallies.values()), strict=True)]
    return "\n".join([HEAD, *lines, f"{'all':22}{' '.join(map(str, total))}"])


def _shown(tally: Tally | None) -> str:
    """A dash where the fault has no sense."""
    return "–" if tally is None else " ".join(f"{number:2}" for number in _numbers(tally))


def _numbers(tally: Tally) -> tuple[int, ...]:
    return (tally.sent, tally.arrived, tally.doubled, tally.lost, tally.asked)
