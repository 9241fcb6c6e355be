"""Pure rules of publishing: what becomes of a delivery and, from its deliveries, of a post.

A delivery:

    waiting → going, cancelled, failed           claimed, or cancelled; failed: it was half out
    going → done, failed, unknown, waiting       waiting: for the network, or held
    going → cancelled                            an edit of what was taken back meanwhile
    unknown → done, failed, waiting, unknown     looked up, or a person's word; waiting: not there
    unknown → cancelled                          as above
    failed → waiting, cancelled, withdrawn       retried, given up, or what was out is taken back
    done → withdrawn

A post is what its deliveries are; one that is half out counts as out, and as what it is itself:

    draft                  nothing is planned
    scheduled              all wait
    going_out              one is under way, or some is out and some waits
    unknown                an outcome must be looked up
    published              all arrived
    partially_published    some did
    failed · cancelled · withdrawn
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from domain.accounts.rules import InDoubt
from domain.connector.errors import (
    ActingParty,
    Barred,
    GrantExpired,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillWorking,
    Unavailable,
    VersionGone,
)
from domain.connector.manifest import IdempotencyClass
from domain.connector.troubles import party_of
from domain.kernel.words import Word


class DeliveryState(Word):
    """How far a delivery is."""

    WAITING = "waiting", "It goes out at its moment, or when what holds it ends."
    GOING = "going", "A worker is sending it."
    DONE = "done", "It arrived."
    FAILED = "failed", "It did not arrive; it may be sent again."
    UNKNOWN = "unknown", "It may have arrived; it is looked up before anything is sent again."
    CANCELLED = "cancelled", "It was called off before it went out."
    WITHDRAWN = "withdrawn", "It arrived and was taken back."


class DeliveryKind(Word):
    """What a delivery does on the network."""

    PUBLISH = "publish", "A post goes out."
    ANSWER = "answer", "A mention is answered."
    EDIT = "edit", "What is public is changed."
    WITHDRAW = "withdraw", "What is public is taken back."


class PostState(Word):
    """How far a post is: what its deliveries come to, taken together."""

    DRAFT = "draft", "Nothing is planned."
    SCHEDULED = "scheduled", "It goes out at its moment."
    GOING_OUT = "going_out", "One of its deliveries is under way, or some is out and some waits."
    UNKNOWN = "unknown", "Nobody knows yet whether one of its deliveries arrived."
    PUBLISHED = "published", "It arrived wherever it was sent."
    PARTIALLY_PUBLISHED = (
        "partially_published",
        "It is public on some of its accounts; on the others it failed or was taken back.",
    )
    FAILED = "failed", "It arrived nowhere."
    CANCELLED = "cancelled", "It was called off before it went out."
    WITHDRAWN = "withdrawn", "It was public and was taken back."


D = DeliveryState
TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    D.WAITING: frozenset({D.GOING, D.CANCELLED, D.FAILED}),
    D.GOING: frozenset({D.DONE, D.FAILED, D.UNKNOWN, D.WAITING, D.CANCELLED}),
    D.UNKNOWN: frozenset({D.DONE, D.FAILED, D.WAITING, D.UNKNOWN, D.CANCELLED}),
    D.FAILED: frozenset({D.WAITING, D.CANCELLED, D.WITHDRAWN}),
    D.DONE: frozenset({D.WITHDRAWN}),
    D.CANCELLED: frozenset(),
    D.WITHDRAWN: frozenset(),
}
TO_COME = frozenset({D.WAITING, D.FAILED})
UNDER_WAY = frozenset({D.GOING, D.UNKNOWN})
PUBLIC = frozenset({PostState.PUBLISHED, PostState.PARTIALLY_PUBLISHED})
OVER = frozenset({PostState.PUBLISHED, PostState.WITHDRAWN, PostState.CANCELLED})
"""Nothing of it is to go out: nobody is reminded that it wants an approval."""
PLANNABLE = frozenset({PostState.DRAFT, PostState.CANCELLED, PostState.SCHEDULED, PostState.FAILED})
"""Planned anew, what failed waits again, beside accounts that were added since."""

MOST_FAILURES = 8
FIRST_WAIT = timedelta(seconds=5)
MOST_ASKED = 60
"""How often a network is asked whether it is done with a file: for about half an hour.

The waits between are the deadline: while a budget is spent or nobody is there, nothing is asked.
"""
LONGEST_ASKING = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
HOLD = timedelta(minutes=5)
"""How long a delivery whose account needs a person is left alone."""
MOST_HELD_BACK = 5
LONGEST_HELD_BACK = timedelta(minutes=1)
"""What comes behind a message in doubt waits for so many look-ups, each this far ahead at most; and
behind what surely was not sent, while it is tried again as soon."""


def may_move(old: DeliveryState, new: DeliveryState) -> bool:
    return new in TRANSITIONS[old]


def sent_of(checkpoint: Mapping[str, object]) -> int:
    """How many messages of a delivery are known to be there: `domain.connector.checkpoints`."""
    sent = checkpoint.get("sent")
    return len(sent) if isinstance(sent, Sequence) else 0


def is_half_out(state: DeliveryState, checkpoint: Mapping[str, object]) -> bool:
    """Whether some of a delivery is there, and some still to come."""
    return state in TO_COME and bool(sent_of(checkpoint))


def counts_as(
    state: DeliveryState, checkpoint: Mapping[str, object], *, is_named: bool
) -> tuple[DeliveryState, ...]:
    """The states of a delivery in its post: some of what is half out stands there already.

    What was called off as its post names the account no longer is none of it.
    """
    if state is D.CANCELLED and not is_named:
        return ()
    return (state, D.DONE) if is_half_out(state, checkpoint) else (state,)


def post_state(states: Collection[DeliveryState], *, unplanned: PostState) -> PostState:
    """What a post is, from what its publishing deliveries count as."""
    found = set(states)
    if not found:
        return unplanned
    if D.UNKNOWN in found:
        return PostState.UNKNOWN
    if D.GOING in found or (D.WAITING in found and D.DONE in found):
        return PostState.GOING_OUT
    if D.WAITING in found:
        return PostState.SCHEDULED
    if D.DONE in found:
        return PostState.PUBLISHED if found == {D.DONE} else PostState.PARTIALLY_PUBLISHED
    if D.WITHDRAWN in found:
        return PostState.WITHDRAWN
    return PostState.FAILED if D.FAILED in found else PostState.CANCELLED


def when_unplanned(state: PostState) -> PostState:
    """What a post in a state is when none of its deliveries is left."""
    return state if state is PostState.DRAFT else PostState.CANCELLED


def published_since(
    state: PostState, states: Collection[DeliveryState], before: datetime | None, *, now: datetime
) -> datetime | None:
    """When a post that comes into `state` was first published, as far as known: `before`."""
    is_out = state in PUBLIC or state is PostState.GOING_OUT
    return now if before is None and is_out and D.DONE in states else before


class Verdict(StrEnum):
    """The three answers to a network's error, and the end."""

    WAIT = "wait"
    HOLD = "hold"
    STOP = "stop"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Decision:
    """`at` is when a worker comes back; None when only a person can go on."""

    verdict: Verdict
    at: datetime | None
    is_retryable: bool
    acting_party: str


def after_error(
    error: NetworkError,
    *,
    attempts: int,
    failures: int,
    askings: int,
    reconcile_wait: timedelta,
    now: datetime,
) -> Decision:
    """What to do after an attempt ended in an error.

    `failures` attempts before it found the network away, and `askings` found it at work on a file:
    each alone counts against another of its kind, so that what waited long has all its tries.
    """
    says = partial(Decision, is_retryable=error.is_retryable, acting_party=error.acting_party)
    match error:
        case RateLimited():
            return says(Verdict.WAIT, max(error.until or now + backoff(attempts), now))
        case GrantExpired():
            return says(Verdict.HOLD, now + HOLD)
        case OutcomeUnknown():
            return says(Verdict.LOOK, now + reconcile_wait)
        case StillWorking() if askings + 1 < MOST_ASKED:
            return says(Verdict.WAIT, now + min(backoff(askings + 1), LONGEST_ASKING))
        case Unavailable() if is_away(error) and failures + 1 < MOST_FAILURES:
            return says(Verdict.WAIT, now + backoff(failures + 1))
        case _:
            return says(Verdict.STOP, None)


def after_not_there(*, failures: int, now: datetime) -> Decision:
    """What to do once it is known that an attempt brought nothing out: it counts as a failure.

    The first time it is sent again at once. A network that breaks at every writing and shows what
    stands there all the same would be called for ever, every few seconds.
    """
    says = partial(Decision, is_retryable=True, acting_party="network")
    if failures + 1 >= MOST_FAILURES:
        return says(Verdict.STOP, None)
    return says(Verdict.WAIT, now + backoff(failures) if failures else now)


def is_away(error: NetworkError) -> bool:
    """Whether an attempt found the network away."""
    return isinstance(error, Unavailable) and not isinstance(error, StillWorking)


def after_look_up_error(
    error: NetworkError,
    *,
    look_ups: int,
    ended: int,
    in_doubt: InDoubt,
    reconcile_wait: timedelta,
    now: datetime,
) -> Decision:
    """What to do when the look-up itself did not succeed: the outcome stays unknown.

    Where the network cannot tell, a person decides, unless the account has it sent again: once,
    however many look-ups met trouble of their own before. `ended` told of it already.
    """
    match error:
        case OutcomeUnknown() if in_doubt is InDoubt.SEND_AGAIN and not ended:
            return Decision(Verdict.WAIT, now, is_retryable=True, acting_party="network")
        case OutcomeUnknown():
            return Decision(Verdict.LOOK, None, is_retryable=False, acting_party="user")
        case RateLimited(until=datetime() as until):
            return Decision(Verdict.LOOK, until, is_retryable=False, acting_party="network")
        case GrantExpired():
            return Decision(Verdict.LOOK, now + HOLD, is_retryable=False, acting_party="user")
        case VersionGone() | Barred():
            at = now + LONGEST_WAIT
            return Decision(Verdict.LOOK, at, is_retryable=False, acting_party="operator")
        case Refused():
            at = now + LONGEST_WAIT
            return Decision(Verdict.LOOK, at, is_retryable=False, acting_party="user")
        case _:
            at = now + max(reconcile_wait, backoff(look_ups))
            return Decision(Verdict.LOOK, at, is_retryable=False, acting_party="network")


def look_ups_needed(idempotency: IdempotencyClass) -> int:
    """How often a message must not be found before it counts as not there.

    A listing may lag behind the write, so class D looks twice.
    """
    return 2 if idempotency is IdempotencyClass.LISTING else 1


def holds_back(
    kind: DeliveryKind, look_at: datetime | None, *, look_ups: int, now: datetime
) -> bool:
    """Whether what its account brings out next waits for the look-up of an outcome in doubt.

    Their order counts for more than a minute, not for more than a few: after so many look-ups that
    did not tell, or before one that is far ahead, the others go on. Edits and withdrawals have no
    order with what is new.
    """
    return _goes_first(kind, look_at, now=now) and look_ups < MOST_HELD_BACK


def goes_first_again(
    kind: DeliveryKind, error: NetworkError, decision: Decision, *, now: datetime
) -> bool:
    """Whether what its account brings out next waits for what surely was not sent.

    As the waits double, that is so for five tries and little more than a minute between them. What
    an operator must mend, as where Parvis itself breaks, keeps nothing back.
    """
    is_theirs = is_away(error) and party_of(error.code) is not ActingParty.OPERATOR
    is_again = decision.verdict is Verdict.WAIT and is_theirs
    return is_again and _goes_first(kind, decision.at, now=now)


def _goes_first(kind: DeliveryKind, at: datetime | None, *, now: datetime) -> bool:
    is_new = kind in {DeliveryKind.PUBLISH, DeliveryKind.ANSWER}
    return is_new and at is not None and at - now <= LONGEST_HELD_BACK


def backoff(tries: int) -> timedelta:
    """5 s, 10 s, 20 s … at most 15 minutes."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(tries - 1, 0), 10)
    return min(doubled, LONGEST_WAIT)
