"""The state machines of publishing: every transition of the drawing, allowed and refused."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.rules import InDoubt
from domain.connector.errors import (
    Barred,
    GrantExpired,
    Missing,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillWorking,
    Unavailable,
    VersionGone,
)
from domain.connector.manifest import IdempotencyClass
from domain.connector.troubles import TROUBLES
from domain.posts.rules import (
    HOLD,
    LONGEST_ASKING,
    LONGEST_WAIT,
    MOST_ASKED,
    MOST_FAILURES,
    TRANSITIONS,
    Decision,
    DeliveryState,
    PostState,
    Verdict,
    after_error,
    after_look_up_error,
    backoff,
    counts_as,
    is_half_out,
    look_ups_needed,
    may_move,
    post_state,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WAIT = timedelta(seconds=2)
D = DeliveryState
P = PostState
ALLOWED = {
    (D.WAITING, D.GOING),
    (D.WAITING, D.CANCELLED),
    (D.WAITING, D.FAILED),
    (D.GOING, D.DONE),
    (D.GOING, D.FAILED),
    (D.GOING, D.UNKNOWN),
    (D.GOING, D.WAITING),
    (D.GOING, D.CANCELLED),
    (D.UNKNOWN, D.DONE),
    (D.UNKNOWN, D.FAILED),
    (D.UNKNOWN, D.WAITING),
    (D.UNKNOWN, D.UNKNOWN),
    (D.UNKNOWN, D.CANCELLED),
    (D.FAILED, D.WAITING),
    (D.FAILED, D.CANCELLED),
    (D.FAILED, D.WITHDRAWN),
    (D.DONE, D.WITHDRAWN),
}


def made(kind: type[NetworkError]) -> NetworkError:
    return RateLimited("x", until=None) if kind is RateLimited else kind("x")


def tried(
    error: NetworkError,
    *,
    attempts: int = 1,
    failures: int = 0,
    askings: int = 0,
    now: datetime = NOW,
) -> Decision:
    """What follows an attempt that ended in an error."""
    counted = {"attempts": attempts, "failures": failures, "askings": askings}
    return after_error(error, reconcile_wait=WAIT, now=now, **counted)


def test_every_state_has_its_transitions() -> None:
    assert set(TRANSITIONS) == set(D)


@pytest.mark.parametrize("old", D)
@pytest.mark.parametrize("new", D)
def test_a_delivery_moves_as_drawn_and_in_no_other_way(old: D, new: D) -> None:
    assert may_move(old, new) == ((old, new) in ALLOWED)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], P.DRAFT),
        ([D.WAITING], P.SCHEDULED),
        ([D.WAITING, D.CANCELLED], P.SCHEDULED),
        ([D.GOING, D.WAITING], P.GOING_OUT),
        ([D.WAITING, D.DONE], P.GOING_OUT),
        ([D.DONE, D.UNKNOWN, D.GOING], P.UNKNOWN),
        ([D.DONE], P.PUBLISHED),
        ([D.DONE, D.DONE], P.PUBLISHED),
        ([D.DONE, D.FAILED], P.PARTIALLY_PUBLISHED),
        ([D.DONE, D.CANCELLED], P.PARTIALLY_PUBLISHED),
        ([D.DONE, D.WITHDRAWN], P.PARTIALLY_PUBLISHED),
        ([D.WITHDRAWN, D.FAILED], P.WITHDRAWN),
        ([D.FAILED, D.CANCELLED], P.FAILED),
        ([D.CANCELLED], P.CANCELLED),
    ],
)
def test_a_post_is_what_its_deliveries_are(states: list[D], expected: P) -> None:
    assert post_state(states, unplanned=P.DRAFT) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (D.WAITING, P.GOING_OUT),
        (D.GOING, P.GOING_OUT),
        (D.UNKNOWN, P.UNKNOWN),
        (D.FAILED, P.PARTIALLY_PUBLISHED),
        (D.DONE, P.PUBLISHED),
        (D.CANCELLED, P.CANCELLED),
        (D.WITHDRAWN, P.WITHDRAWN),
    ],
)
def test_a_post_of_which_some_is_out_says_so_until_it_is_taken_back(state: D, expected: P) -> None:
    """It was `scheduled` while the rest waited, and `failed` where the rest had failed."""
    half, none = {"sent": [{"id": "1"}]}, {"begun_at": "2026-11-23T09:00:00Z", "sent": []}

    assert post_state(counts_as(state, half, is_named=True), unplanned=P.DRAFT) == expected
    assert counts_as(state, none, is_named=True) == (state,)
    assert is_half_out(state, half) == (state in (D.WAITING, D.FAILED))


@given(st.lists(st.sampled_from(D), min_size=1, max_size=6))
def test_a_post_is_never_said_published_while_anything_else_is_true(states: list[D]) -> None:
    is_published = post_state(states, unplanned=P.DRAFT) == P.PUBLISHED
    assert is_published == all(state == D.DONE for state in states)


@pytest.mark.parametrize(
    ("error", "verdict", "at"),
    [
        (RateLimited("x", until=NOW + timedelta(minutes=3)), Verdict.WAIT, timedelta(minutes=3)),
        (RateLimited("x", until=NOW - timedelta(minutes=3)), Verdict.WAIT, timedelta(0)),
        (RateLimited("x", until=None), Verdict.WAIT, timedelta(seconds=5)),
        (Unavailable("x"), Verdict.WAIT, timedelta(seconds=5)),
        (GrantExpired("x"), Verdict.HOLD, HOLD),
        (OutcomeUnknown("x"), Verdict.LOOK, WAIT),
        (Refused("x"), Verdict.STOP, None),
        (Missing("x"), Verdict.STOP, None),
        (VersionGone("x"), Verdict.STOP, None),
    ],
)
def test_an_error_is_answered_by_wait_hold_stop_or_look(
    error: NetworkError, verdict: Verdict, at: timedelta | None
) -> None:
    decision = tried(error)

    assert decision.verdict == verdict
    assert decision.at == (None if at is None else NOW + at)


def test_a_delivery_says_who_must_act_as_the_catalogue_does() -> None:
    troubles = [each for each in TROUBLES.values() if each.party is None]
    decisions = [tried(made(each.kind)) for each in troubles]

    assert [(each.acting_party, each.is_retryable) for each in decisions] == [
        (each.acting_party, each.is_retryable) for each in troubles
    ]
    assert {each.acting_party for each in decisions} == {"user", "operator", "network"}


@pytest.mark.parametrize("error", [VersionGone("x"), Barred("x")])
def test_what_the_operator_must_mend_waits_for_that_and_a_retry(error: NetworkError) -> None:
    sent = tried(error)
    looked = after_look_up_error(
        error, look_ups=1, ended=0, in_doubt=InDoubt.ASK, reconcile_wait=WAIT, now=NOW
    )

    assert sent == Decision(Verdict.STOP, None, is_retryable=True, acting_party="operator")
    assert (looked.at, looked.acting_party) == (NOW + timedelta(minutes=15), "operator")


def test_a_network_that_stays_away_is_given_up_and_may_be_retried_by_hand() -> None:
    error, attempts = Unavailable("x"), 50
    found = [
        tried(error, attempts=attempts, failures=failures) for failures in range(MOST_FAILURES)
    ]

    waits = [each.at - NOW for each in found if each.at is not None]
    assert [wait.total_seconds() for wait in waits] == [5, 10, 20, 40, 80, 160, 320]
    assert {each.verdict for each in found[:-1]} == {Verdict.WAIT}
    assert (found[-1].verdict, found[-1].at, found[-1].is_retryable) == (Verdict.STOP, None, True)


def test_a_network_at_work_on_a_file_is_asked_again_for_about_half_an_hour() -> None:
    error, moments = StillWorking("x"), [NOW]
    for askings in range(MOST_ASKED - 1):
        decision = tried(error, attempts=100, askings=askings, now=moments[-1])
        assert (decision.verdict, decision.is_retryable) == (Verdict.WAIT, True)
        assert decision.at is not None
        moments.append(decision.at)
    last = tried(error, attempts=100, askings=MOST_ASKED - 1)

    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert waits[:4] == [timedelta(seconds=each) for each in (5, 10, 20, 30)]
    assert set(waits[4:]) == {LONGEST_ASKING}
    assert moments[-1] - NOW == timedelta(minutes=28, seconds=35)
    assert (last.verdict, last.at, last.is_retryable) == (Verdict.STOP, None, True)


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("x"),
        Refused("x"),
        GrantExpired("x"),
        RateLimited("x", until=NOW),
        OutcomeUnknown("x"),
        VersionGone("x"),
    ],
)
def test_a_look_up_that_fails_leaves_the_outcome_unknown(error: NetworkError) -> None:
    decision = after_look_up_error(
        error, look_ups=1, ended=0, in_doubt=InDoubt.ASK, reconcile_wait=WAIT, now=NOW
    )

    assert decision.verdict == Verdict.LOOK
    assert decision.is_retryable is False


def test_a_network_that_cannot_tell_leaves_it_to_a_person() -> None:
    decision = after_look_up_error(
        OutcomeUnknown("x"), look_ups=1, ended=0, in_doubt=InDoubt.ASK, reconcile_wait=WAIT, now=NOW
    )

    assert (decision.at, decision.acting_party) == (None, "user")


def test_a_look_up_that_is_refused_waits_for_a_person() -> None:
    """It was told to wait for the network, which refuses the same for good."""
    decision = after_look_up_error(
        Refused("x"), look_ups=1, ended=0, in_doubt=InDoubt.ASK, reconcile_wait=WAIT, now=NOW
    )

    assert (decision.at, decision.acting_party) == (NOW + timedelta(minutes=15), "user")


@pytest.mark.parametrize("look_ups", [1, 2, 9])
@pytest.mark.parametrize(("ended", "verdict"), [(0, Verdict.WAIT), (1, Verdict.LOOK)])
def test_an_account_may_have_it_sent_again_once(
    look_ups: int, ended: int, verdict: Verdict
) -> None:
    decision = after_look_up_error(
        OutcomeUnknown("x"),
        look_ups=look_ups,
        ended=ended,
        in_doubt=InDoubt.SEND_AGAIN,
        reconcile_wait=WAIT,
        now=NOW,
    )

    assert decision.verdict == verdict


def test_a_listing_is_looked_at_twice() -> None:
    assert {kind: look_ups_needed(kind) for kind in IdempotencyClass} == {
        IdempotencyClass.NATIVE_KEY: 1,
        IdempotencyClass.HANDLE: 1,
        IdempotencyClass.LOOK_UP_KEY: 1,
        IdempotencyClass.LISTING: 2,
        IdempotencyClass.NONE: 1,
    }


@given(st.integers(min_value=0, max_value=10_000))
def test_waits_grow_and_stay_below_a_quarter_of_an_hour(tries: int) -> None:
    assert backoff(tries) <= backoff(tries + 1) <= LONGEST_WAIT
