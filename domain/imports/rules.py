"""How far an import is, and what came of its rows.

waiting → working, done, cancelled    done: one batch holds the file
working → done, cancelled
done → undoing
cancelled → undoing
undoing → undone
"""

from collections.abc import Mapping
from datetime import timedelta

from domain.kernel.words import Word


class ImportState(Word):
    """How far an import is."""

    WAITING = "waiting", "A worker will take it."
    WORKING = "working", "Its rows are being read."
    DONE = "done", "All its rows were read."
    CANCELLED = "cancelled", "It was stopped; what was made stays."
    UNDOING = "undoing", "What it made is being removed."
    UNDONE = "undone", "What it made was removed, as far as it could be."


class RowResult(Word):
    """`kept` and `removed` are what undoing leaves of `made`."""

    WAITING = "waiting", "It was not read yet."
    WOULD_MAKE = "would_make", "On trial: it would become a post."
    MADE = "made", "It became a post."
    REFUSED = "refused", "It does not fit; `faults` says where."
    REMOVED = "removed", "Its post was removed by undoing."
    KEPT = "kept", "Its post was changed since and stayed when undoing."


ROWS_LAST = timedelta(days=90)
"""How long the rows of an import stay once it rests: told of, exported from and undone by then."""

MOVES: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.WAITING: frozenset({ImportState.WORKING, ImportState.DONE, ImportState.CANCELLED}),
    ImportState.WORKING: frozenset({ImportState.DONE, ImportState.CANCELLED}),
    ImportState.DONE: frozenset({ImportState.UNDOING}),
    ImportState.CANCELLED: frozenset({ImportState.UNDOING}),
    ImportState.UNDOING: frozenset({ImportState.UNDONE}),
    ImportState.UNDONE: frozenset(),
}


def may_move(state: ImportState, to: ImportState) -> bool:
    return to in MOVES[state]
