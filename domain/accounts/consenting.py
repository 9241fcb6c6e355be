"""The states of a consent: a person's way through a network's own page.

preparing → open, failed, expired, cancelled
open → returned, failed, expired, cancelled     failed: the person said no
returned → choosing, done, failed               failed: the network does not take the code
choosing → returned, expired, cancelled
"""

from datetime import timedelta

from domain.connector.errors import NetworkError, RateLimited, Unavailable
from domain.kernel.words import Word


class ConsentState(Word):
    """How far the way over a network's own page is."""

    PREPARING = "preparing", "A worker asks the network for the address of its page."
    OPEN = "open", "A person is on the way."
    RETURNED = "returned", "They came back, or chose; a worker goes on with what they brought."
    CHOOSING = "choosing", "They let us into several places; one of them is to be chosen."
    DONE = "done", "The account is connected."
    FAILED = "failed", "The network or the person said no."
    EXPIRED = "expired", "Nobody came back in time."
    CANCELLED = "cancelled", "It was called off."


_ENDS = frozenset({ConsentState.FAILED, ConsentState.EXPIRED, ConsentState.CANCELLED})
NEXT: dict[ConsentState, frozenset[ConsentState]] = {
    ConsentState.PREPARING: _ENDS | {ConsentState.OPEN},
    ConsentState.OPEN: _ENDS | {ConsentState.RETURNED},
    ConsentState.RETURNED: frozenset(
        {ConsentState.CHOOSING, ConsentState.DONE, ConsentState.FAILED}
    ),
    ConsentState.CHOOSING: frozenset(
        {ConsentState.RETURNED, ConsentState.EXPIRED, ConsentState.CANCELLED}
    ),
    ConsentState.DONE: frozenset(),
    ConsentState.FAILED: frozenset(),
    ConsentState.EXPIRED: frozenset(),
    ConsentState.CANCELLED: frozenset(),
}
GOOD_FOR = timedelta(minutes=15)
WAITS = tuple(timedelta(seconds=wait) for wait in (2, 5, 15))


def may_become(before: ConsentState, after: ConsentState) -> bool:
    return after in NEXT[before]


def asks_again_after(error: NetworkError, state: ConsentState, tries: int) -> timedelta | None:
    """How long to wait before the same step is taken once more; None: it has failed.

    A code that may have reached the network is never sent again: it can be used once.
    """
    may_repeat = isinstance(error, Unavailable) or (
        isinstance(error, RateLimited) and state is ConsentState.PREPARING
    )
    return WAITS[tries - 1] if may_repeat and tries <= len(WAITS) else None
