"""How far an upload is, and how it ends.

    open → checking, expired, terminated    checking: all has come
    checking → open, complete, refused      open: nothing has come
    complete → terminated
    refused → terminated

A resumable one is checked once its last byte is there, a direct one when its client says so: only
then is looked whether anything came.
"""

from collections.abc import Mapping

from domain.kernel.words import Word


class UploadWay(Word):
    """How the bytes travel."""

    RESUMABLE = "resumable", "In pieces, by tus."
    DIRECT = "direct", "Straight to the storage, at a signed address."


class UploadState(Word):
    """How far an upload is."""

    OPEN = "open", "Bytes are awaited."
    CHECKING = "checking", "All bytes are there and are being looked at."
    COMPLETE = "complete", "It became a media file."
    REFUSED = "refused", "It is no file that is taken; `problem` says why."
    EXPIRED = "expired", "It was not finished in time."
    TERMINATED = "terminated", "It was called off."


OPEN, CHECKING = UploadState.OPEN, UploadState.CHECKING
COMPLETE, REFUSED = UploadState.COMPLETE, UploadState.REFUSED
EXPIRED, TERMINATED = UploadState.EXPIRED, UploadState.TERMINATED
MOVES: Mapping[UploadState, frozenset[UploadState]] = {
    OPEN: frozenset({CHECKING, EXPIRED, TERMINATED}),
    CHECKING: frozenset({OPEN, COMPLETE, REFUSED}),
    COMPLETE: frozenset({TERMINATED}),
    REFUSED: frozenset({TERMINATED}),
    EXPIRED: frozenset(),
    TERMINATED: frozenset(),
}
GONE = frozenset({EXPIRED, TERMINATED})
"""Nothing is told of them any more, save that they were."""


def may_move(state: UploadState, to: UploadState) -> bool:
    return to in MOVES[state]
