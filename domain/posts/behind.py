"""What an account brings out behind a message that did not simply arrive: when it waits with it.

A spent budget is spent for all. What comes behind a message in doubt would overtake it, should it
turn out that it must be sent again, as it would what surely was not sent and is sent again soon;
and so would it come between the messages of a thread.
"""

from datetime import datetime

from domain.connector.errors import NetworkError, PostsSpent, RateLimited, Unavailable
from domain.posts.delivering import Task, Wait
from domain.posts.recording import problem_with
from domain.posts.rules import Decision, Verdict, goes_first_again, holds_back


def behind_error(
    task: Task, error: NetworkError, decision: Decision, *, now: datetime
) -> Wait | None:
    """What all that the account brings out must wait for; None: nothing."""
    if decision.verdict is Verdict.LOOK:
        return behind_doubt(task, decision.at, now=now)
    if decision.at is None or not task.brings_out:
        return None
    if goes_first_again(task.kind, error, decision, now=now):
        message = "An earlier message of the account is sent again first."
        return _wait(task, decision.at, Unavailable(message, code="outbound.earlier_again"))
    is_of_all = isinstance(error, RateLimited) and not isinstance(error, PostsSpent)
    if not is_of_all:
        return None
    return Wait(decision.at, problem_with(error, decision))


def behind_doubt(task: Task, look_at: datetime | None, *, now: datetime) -> Wait | None:
    """What comes behind a message in doubt waits until it is looked up; None: for so long no more.

    As long as it is held back by `rules.holds_back`.
    """
    if look_at is None or not holds_back(task.kind, look_at, look_ups=task.look_ups, now=now):
        return None
    message = "An earlier message of the account is looked up first."
    return _wait(task, look_at, Unavailable(message, code="outbound.earlier_in_doubt"))


def _wait(task: Task, until: datetime, error: NetworkError) -> Wait:
    decision = Decision(Verdict.WAIT, until, error.is_retryable, error.acting_party)
    return Wait(until, problem_with(error, decision), task.id)
