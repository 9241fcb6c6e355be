"""Pure rules of reviews: what becomes of one.

open, next → open             a step approves, the next one is asked
open, remind → open           new links
open, delegate → open         somebody else is asked
open, escalate → open         nobody has decided in time: somebody further is asked too
open, approve → approved      the last step approves
open, refuse → refused        any step refuses, with words
open, withdraw → withdrawn
open, outdate → outdated      the post says something else, and that is submitted
open, lapse → lapsed          nothing of the post asks for an approval any more
"""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.kernel.errors import NotAllowedNow
from domain.kernel.words import Word


class ReviewState(Word):
    """How far a review is."""

    OPEN = "open", "It waits for a decision."
    APPROVED = "approved", "Every step said yes."
    REFUSED = "refused", "A step said no."
    WITHDRAWN = "withdrawn", "Whoever asked took it back."
    OUTDATED = "outdated", "The post was changed meanwhile."
    LAPSED = "lapsed", "No policy asks for it any more."


class Act(StrEnum):
    NEXT = "next"
    REMIND = "remind"
    DELEGATE = "delegate"
    ESCALATE = "escalate"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    OUTDATE = "outdate"
    LAPSE = "lapse"


class ReviewVerdict(Word):
    """What a member said of what is reviewed."""

    APPROVED = "approved", "They said yes."
    REFUSED = "refused", "They said no."


S = ReviewState
TRANSITIONS: dict[tuple[ReviewState, Act], ReviewState] = {
    (S.OPEN, Act.NEXT): S.OPEN,
    (S.OPEN, Act.REMIND): S.OPEN,
    (S.OPEN, Act.DELEGATE): S.OPEN,
    (S.OPEN, Act.ESCALATE): S.OPEN,
    (S.OPEN, Act.APPROVE): S.APPROVED,
    (S.OPEN, Act.REFUSE): S.REFUSED,
    (S.OPEN, Act.WITHDRAW): S.WITHDRAWN,
    (S.OPEN, Act.OUTDATE): S.OUTDATED,
    (S.OPEN, Act.LAPSE): S.LAPSED,
}


def after(state: ReviewState, act: Act) -> ReviewState:
    """Raises `NotAllowedNow`."""
    found = TRANSITIONS.get((state, act))
    if found is None:
        raise NotAllowedNow(f"The review is {state}.")
    return found


def reminder_at(due_at: datetime, *, hours: int, sent: int) -> datetime | None:
    """When those who are asked are reminded next: in the last quarter of their time, at its end."""
    if sent == 0:
        return due_at - timedelta(hours=hours) / 4
    return due_at if sent == 1 else None


def reminders_by(due_at: datetime, *, now: datetime) -> int:
    """How many reminders of a step count as sent once one is sent now: a late one is the last."""
    return 1 if now < due_at else 2


def approving(step: int, *, steps: int) -> Act:
    """What the approval of a step, counted from 0, is to its review."""
    return Act.APPROVE if step + 1 >= steps else Act.NEXT
