"""Pure rules of reviews: what becomes of one.

open ──next──▶ open            a step approves, the next one is asked
│ ▲
│ └──remind, delegate── open   new links, or somebody else is asked
│ ├──approve──▶ approved       the last step approves
│ ├──refuse──▶ refused         any step refuses, with words
│ ├──withdraw──▶ withdrawn
└──outdate──▶ outdated         the post says something else, and that is submitted
"""

from enum import StrEnum

from domain.kernel.errors import NotAllowedNow


class ReviewState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OUTDATED = "outdated"


class Act(StrEnum):
    NEXT = "next"
    REMIND = "remind"
    DELEGATE = "delegate"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    OUTDATE = "outdate"


class ReviewVerdict(StrEnum):
    APPROVED = "approved"
    REFUSED = "refused"


S = ReviewState
TRANSITIONS: dict[tuple[ReviewState, Act], ReviewState] = {
    (S.OPEN, Act.NEXT): S.OPEN,
    (S.OPEN, Act.REMIND): S.OPEN,
    (S.OPEN, Act.DELEGATE): S.OPEN,
    (S.OPEN, Act.APPROVE): S.APPROVED,
    (S.OPEN, Act.REFUSE): S.REFUSED,
    (S.OPEN, Act.WITHDRAW): S.WITHDRAWN,
    (S.OPEN, Act.OUTDATE): S.OUTDATED,
}


def after(state: ReviewState, act: Act) -> ReviewState:
    """Raises `NotAllowedNow`."""
    found = TRANSITIONS.get((state, act))
    if found is None:
        raise NotAllowedNow(f"The review is {state}.")
    return found


def approving(step: int, *, steps: int) -> Act:
    """What the approval of a step, counted from 0, is to its review."""
    return Act.APPROVE if step + 1 >= steps else Act.NEXT
