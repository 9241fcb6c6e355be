"""Pure rules of signing in with an outside provider: what becomes of one attempt.

    asked → open, failed       a worker reads the provider's metadata
    open → returned, failed    a browser goes to the provider's page and comes back from there
    returned → done, failed    a worker changes the code for who it is
    done → used                the browser takes what came of it

`act_at` is when a worker has something to do, or the end of its lease.
"""

from datetime import timedelta
from enum import StrEnum


class AttemptState(StrEnum):
    ASKED = "asked"
    OPEN = "open"
    RETURNED = "returned"
    DONE = "done"
    USED = "used"
    FAILED = "failed"


A = AttemptState
TRANSITIONS: dict[AttemptState, frozenset[AttemptState]] = {
    A.ASKED: frozenset({A.OPEN, A.FAILED}),
    A.OPEN: frozenset({A.RETURNED, A.FAILED}),
    A.RETURNED: frozenset({A.DONE, A.FAILED}),
    A.DONE: frozenset({A.USED}),
    A.USED: frozenset(),
    A.FAILED: frozenset(),
}
GOOD_FOR = timedelta(minutes=15)
"""How long somebody may take from the button to the end."""
MOST_PROVIDERS = 5


def may_become(old: AttemptState, new: AttemptState) -> bool:
    return new in TRANSITIONS[old]
