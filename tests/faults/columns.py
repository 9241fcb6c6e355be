"""The faults of the matrix as data: what goes wrong, and whom it leaves in doubt."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.kill import rounds
from tests.stack import Stack

CLASSES = "ABCDE"
BELOW = ", below it"
"""How a first comment ends."""
HANGING_S = 60.0
"""Longer than any worker waits for an answer."""
LATE_S = 12.0
"""Longer than it takes to look an outcome up and to send what was not there once more."""
EXPIRED_S = 25
"""How long a session lasts that shall have run out before the first post."""


@dataclass(frozen=True)
class Fault:
    """`kind` is ordered of the sandbox for the calls of `on`; `strike` falls while they hang."""

    name: str
    kind: str | None = None
    on: str = "publish"
    seconds: float = HANGING_S
    leaves_doubt: bool = True
    """Whether what became of a post is not told by the answer."""
    has_picture: bool = False
    has_comment: bool = False
    """Whether each post has a first comment below it; it is what the fault is meant for."""
    session_s: int | None = None
    is_read_broken: bool = False
    """Whether the first look-up fails too."""
    strike: str | None = None

    @property
    def is_one(self) -> bool:
        """Whether it is ordered once for all posts, not for each."""
        return self.strike is not None or self.kind == "revoked_token"


CALM = (
    Fault("no fault", leaves_doubt=False),
    Fault("reset before", "reset_before"),
    Fault("reset after", "reset_after_success"),
    Fault("time-out before", "timeout_before"),
    Fault("time-out after", "timeout_after_success"),
    Fault("429", "rate_limited", seconds=1, leaves_doubt=False),
    Fault("500 before", "server_error"),
    Fault("500 after", "server_error_after_success"),
    Fault("answer truncated", "truncated_after_success"),
    Fault("look-up fails too", "reset_after_success", is_read_broken=True),
    Fault("upload cut off", "reset_after_success", "upload", leaves_doubt=False, has_picture=True),
    Fault("slow media", "slow_media", "upload", 5, leaves_doubt=False, has_picture=True),
    Fault("revoked token", "revoked_token", leaves_doubt=False),
    Fault("expired token", leaves_doubt=False, session_s=EXPIRED_S),
)
_BEFORE, _AFTER = "timeout_before", "timeout_after_success"
STRUCK = (
    Fault("worker killed, upload", _AFTER, "upload", has_picture=True, strike="kill worker"),
    Fault("worker killed, before", _BEFORE, strike="kill worker"),
    Fault("worker killed, after", _AFTER, strike="kill worker"),
    Fault("worker stopped", _AFTER, strike="stop worker"),
    Fault("Valkey wiped", _AFTER, strike="wipe Valkey"),
    Fault("PostgreSQL killed", _AFTER, strike="kill PostgreSQL"),
)
ON_WIRES = (
    Fault("revoked in doubt", _AFTER, strike="revoke token"),
    Fault("arrives late", "late_arrival", seconds=LATE_S),
    Fault("comment, killed", _AFTER, has_comment=True, strike="kill worker"),
    Fault("comment, reset before", "reset_before", has_comment=True),
    Fault("comment, reset after", "reset_after_success", has_comment=True),
    Fault("comment, 429", "rate_limited", seconds=1, leaves_doubt=False, has_comment=True),
    Fault("comment, 500 after", "server_error_after_success", has_comment=True),
    Fault("comment truncated", "truncated_after_success", has_comment=True),
)
"""What the sandbox cannot play: among them faults of a message that is half out."""
_SHORT = (
    "reset before",
    "reset after",
    "time-out after",
    "429",
    "500 after",
    "answer truncated",
    "upload cut off",
    "revoked token",
    "expired token",
    "worker killed, after",
)
SHORT = tuple(
    replace(fault, session_s=fault.session_s and 6)
    for fault in (*CALM, *STRUCK)
    if fault.name in _SHORT
)


def stop_worker(stack: Stack) -> None:
    """As a deployment does: it is asked to end, and another begins."""
    worker = stack.workers.pop()
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)
    stack.start_worker()


Strike = Callable[[Stack], None]
STRIKES: dict[str, Strike] = {
    "kill worker": rounds.kill_worker,
    "stop worker": stop_worker,
    "wipe Valkey": rounds.wipe_valkey,
    "kill PostgreSQL": rounds.kill_postgres,
}
