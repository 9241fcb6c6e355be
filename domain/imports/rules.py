"""How far an import is, and what came of its rows.

waiting → working, done, cancelled    done: one batch holds the file
working → done, cancelled
done → undoing
cancelled → undoing
undoing → undone
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class ImportState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


class RowResult(StrEnum):
    """`kept` and `removed` are what undoing leaves of `made`."""

    WAITING = "waiting"
    WOULD_MAKE = "would_make"
    MADE = "made"
    REFUSED = "refused"
    REMOVED = "removed"
    KEPT = "kept"


class FileKind(StrEnum):
    """What a file of posts is written in, in and out."""

    CSV = "csv"
    JSONL = "jsonl"


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
