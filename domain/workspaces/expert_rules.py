"""Pure rules of requests to experts: what becomes of one, and who may ask about what.

    open ──answer──▶ answered
     │ ▲
     │ └──remind── open, expired      a new link; the old one counts no longer
     ├──time──▶ expired
     └──withdraw──▶ withdrawn         from expired as well

That it has expired is seen when it is looked at: nothing is written when the time is up.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotAllowedNow


class ExpertState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Act(StrEnum):
    ANSWER = "answer"
    REMIND = "remind"
    WITHDRAW = "withdraw"


S = ExpertState
NEXT: dict[tuple[ExpertState, Act], ExpertState] = {
    (S.OPEN, Act.ANSWER): S.ANSWERED,
    (S.OPEN, Act.REMIND): S.OPEN,
    (S.OPEN, Act.WITHDRAW): S.WITHDRAWN,
    (S.EXPIRED, Act.REMIND): S.OPEN,
    (S.EXPIRED, Act.WITHDRAW): S.WITHDRAWN,
}


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


def state_at(now: datetime, state: ExpertState, expires_at: datetime) -> ExpertState:
    """The state at a moment, of a row that says `state`."""
    return S.EXPIRED if state is S.OPEN and expires_at <= now else state


def after(state: ExpertState, act: Act) -> ExpertState:
    """Raises `NotAllowedNow`."""
    found = NEXT.get((state, act))
    if found is None:
        raise NotAllowedNow(f"The request is {state}.")
    return found
