"""Pure rules of mail: what becomes of one.

    waiting ──claim──▶ going ──▶ done      a server has taken it
      ▲   │              │ ╲
      │   │              │  ╲──▶ kept      no server is set: it stays in the development mailbox
      │   └──too late──▶ │ ▶ failed        refused for good, or too late to be of use
      └──not handed over─┤
                         ▼
                      unknown ──claim──▶ going    once more, under the same Message-ID

A link counts once however often it arrives, so a mail in doubt is sent a second time: two of them
do no harm, none shuts somebody out. After the second doubt it stays unknown; its person asks anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.connector.errors import Barred, NetworkError, OutcomeUnknown, Refused


class MailState(StrEnum):
    WAITING = "waiting"
    GOING = "going"
    DONE = "done"
    KEPT = "kept"
    FAILED = "failed"
    UNKNOWN = "unknown"


M = MailState
MOST_DOUBTS = 2
DOUBT_WAIT = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state a mail takes on, and when it is looked at again; None: never."""

    state: MailState
    act_at: datetime | None


def after_error(
    error: NetworkError, *, attempts: int, doubts: int, until: datetime, now: datetime
) -> Verdict:
    """`attempts` were made and `doubts` are open, this one included; `until` it is of use."""
    if isinstance(error, OutcomeUnknown):
        return Verdict(M.UNKNOWN, now + DOUBT_WAIT if doubts < MOST_DOUBTS else None)
    again_at = now + backoff(attempts)
    if isinstance(error, Barred | Refused) or again_at >= until:
        return Verdict(M.FAILED, None)
    return Verdict(M.WAITING, again_at)


def backoff(attempts: int) -> timedelta:
    """Four times longer after each attempt."""
    return min(FIRST_WAIT * 4.0 ** min(attempts - 1, 8), LONGEST_WAIT)
