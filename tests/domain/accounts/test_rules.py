from datetime import timedelta

import pytest

from domain.accounts import rules
from domain.accounts.rules import AccountState, Cadence, may_become, next_poll
from domain.connector.errors import (
    ActingParty,
    Barred,
    GrantExpired,
    Missing,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
    VersionGone,
)
from tests.conftest import NOW

ALLOWED = {
    ("connecting", "connecting"),
    ("connecting", "connected"),
    ("connecting", "failed"),
    ("connecting", "action_required"),
    ("connecting", "removed"),
    ("connected", "connecting"),
    ("connected", "action_required"),
    ("connected", "removed"),
    ("action_required", "connecting"),
    ("action_required", "connected"),
    ("action_required", "removed"),
    ("failed", "connecting"),
    ("failed", "removed"),
}


@pytest.mark.parametrize("before", AccountState)
@pytest.mark.parametrize("after", AccountState)
def test_states_follow_the_drawing(before: AccountState, after: AccountState) -> None:
    assert may_become(before, after) is ((before.value, after.value) in ALLOWED)


BOUNDS = Cadence(timedelta(seconds=30), timedelta(minutes=30))


def test_quiet_account_is_read_half_as_often_each_time_up_to_half_an_hour() -> None:
    wait, waits = timedelta(seconds=30), []
    for _ in range(8):
        wait = next_poll(wait, BOUNDS, had_items=False)
        waits.append(int(wait.total_seconds()))

    assert waits == [60, 120, 240, 480, 960, 1800, 1800, 1800]
    assert next_poll(wait, BOUNDS, had_items=True) == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("network_s", "own_longest_s", "shortest", "longest"),
    [
        (None, None, 30, 1800),
        (10, None, 30, 1800),
        (300, None, 300, 1800),
        (300, 120, 300, 300),
        (30, 120, 30, 120),
        (30, 86_400, 30, 86_400),
        (7200, None, 7200, 7200),
    ],
)
def test_network_and_account_narrow_the_cadence(
    network_s: int | None, own_longest_s: int | None, shortest: int, longest: int
) -> None:
    found = rules.cadence(
        shortest_s=30, longest_s=1800, network_s=network_s, own_longest_s=own_longest_s
    )

    assert found == Cadence(timedelta(seconds=shortest), timedelta(seconds=longest))


@pytest.mark.parametrize(
    ("error", "party", "is_final"),
    [
        (GrantExpired("x"), ActingParty.USER, True),
        (Refused("x"), ActingParty.USER, True),
        (Missing("x"), ActingParty.USER, True),
        (VersionGone("x"), ActingParty.OPERATOR, True),
        (Barred("x"), ActingParty.OPERATOR, True),
        (Unavailable("x"), ActingParty.NETWORK, False),
        (RateLimited("x", until=None), ActingParty.NETWORK, False),
        (OutcomeUnknown("x"), ActingParty.NETWORK, False),
    ],
)
def test_each_trouble_names_who_must_act(
    error: NetworkError, party: ActingParty, *, is_final: bool
) -> None:
    assert (error.acting_party, rules.is_final(error)) == (party, is_final)


def test_connection_waits_longer_each_time_and_gives_up_after_five() -> None:
    away = Unavailable("x")
    waits = [rules.connect_again_at(away, tries, now=NOW) for tries in range(1, 6)]

    assert [at and int((at - NOW).total_seconds()) for at in waits] == [5, 20, 60, 180, None]
    assert rules.connect_again_at(GrantExpired("x"), 1, now=NOW) is None


def test_no_try_comes_before_the_network_allows_it() -> None:
    until = NOW + timedelta(minutes=15)
    limited = RateLimited("x", until=until)

    assert rules.connect_again_at(limited, 1, now=NOW) == until
    assert rules.check_again_at(limited, 1, now=NOW) == until
    assert rules.check_again_at(limited, 2, now=NOW) == NOW + timedelta(minutes=20)


def test_trouble_that_lasts_is_checked_once_a_day() -> None:
    waits = [rules.check_again_at(Unavailable("x"), tries, now=NOW) - NOW for tries in (1, 4, 5, 9)]

    assert waits == [
        timedelta(minutes=5),
        timedelta(hours=4),
        timedelta(days=1),
        timedelta(days=1),
    ]


@pytest.mark.parametrize(("left_s", "expected"), [(-1, True), (120, True), (121, False)])
def test_grant_is_renewed_two_minutes_early(left_s: int, *, expected: bool) -> None:
    assert rules.runs_out(NOW + timedelta(seconds=left_s), now=NOW) is expected
    assert rules.runs_out(None, now=NOW) is False


@pytest.mark.parametrize(
    ("left_s", "age_s", "expected"),
    [(3600, 60, True), (3600, 59, False), (120, 60, False), (-1, 60, False)],
)
def test_only_a_grant_with_time_left_that_is_not_new_may_have_ended_early(
    left_s: int, age_s: int, *, expected: bool
) -> None:
    ends_at, given_at = NOW + timedelta(seconds=left_s), NOW - timedelta(seconds=age_s)
    assert rules.ended_early(ends_at, given_at, now=NOW) is expected
    assert rules.ended_early(ends_at, None, now=NOW) is (left_s > 120)


@pytest.mark.parametrize(("read_s", "wait_s"), [(None, 0), (11, 0), (10, 0), (4, 6), (-1, 11)])
def test_inbox_that_was_just_read_is_not_pulled_at_once(read_s: int | None, wait_s: int) -> None:
    last_read_at = None if read_s is None else NOW - timedelta(seconds=read_s)

    assert rules.next_pull(last_read_at, now=NOW) == NOW + timedelta(seconds=wait_s)
