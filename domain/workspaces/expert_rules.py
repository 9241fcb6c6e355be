"""Pure rules of requests to experts: what becomes of one, and who may ask about what.

open, answer → answered
open, remind → open              a new link; the old one counts no longer
open, withdraw → withdrawn
open, time → expired
expired, remind → open
expired, withdraw → withdrawn
"""

from enum import StrEnum
from typing import NamedTuple

from domain.kernel.caller import Caller, Scope
from domain.kernel.words import Word
from domain.workspaces.expiring import Expiring


class ExpertState(Word):
    """How far a request to an expert is."""

    OPEN = "open", "The expert has not answered yet."
    ANSWERED = "answered", "The expert answered."
    WITHDRAWN = "withdrawn", "Whoever asked took it back."
    EXPIRED = "expired", "Nobody answered in time."


class Act(StrEnum):
    ANSWER = "answer"
    REMIND = "remind"
    WITHDRAW = "withdraw"


S = ExpertState
REQUEST = Expiring(
    "request",
    S.OPEN,
    S.EXPIRED,
    {
        (S.OPEN, Act.ANSWER): S.ANSWERED,
        (S.OPEN, Act.REMIND): S.OPEN,
        (S.OPEN, Act.WITHDRAW): S.WITHDRAWN,
        (S.EXPIRED, Act.REMIND): S.OPEN,
        (S.EXPIRED, Act.WITHDRAW): S.WITHDRAWN,
    },
)


class Needed(NamedTuple):
    """The scopes to see requests about a kind of thing, and to ask them."""

    to_see: Scope
    to_ask: Scope


SUBJECTS: dict[str, Needed] = {
    "mention": Needed(Scope.MENTIONS_READ, Scope.MENTIONS_WRITE),
    "post": Needed(Scope.POSTS_READ, Scope.POSTS_WRITE),
}


def seen_kinds(caller: Caller) -> list[str]:
    """The kinds of things about which the caller sees what was asked.

    Raises `ScopeMissing` when there is none.
    """
    kinds = [kind for kind, needed in SUBJECTS.items() if needed.to_see in caller.scopes]
    if not kinds:
        caller.need(SUBJECTS["mention"].to_see)
    return kinds
