"""The states of an account, what its troubles lead to, and how often it is read.

    connecting → connecting, connected, action_required, failed, removed
    connected → connecting, action_required, removed
    action_required → connecting, connected, removed
    failed → connecting, removed

From connecting to action_required: a login that was to replace a grant that was refused. Back to
connecting: it is connected again. What was connected works on meanwhile, and is connected still
when the new login is refused.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.connector.errors import (
    Barred,
    Gone,
    GrantExpired,
    NetworkError,
    RateLimited,
    Refused,
    VersionGone,
)
from domain.connector.troubles import TROUBLES
from domain.kernel.words import Word


class AccountState(Word):
    """How an account stands with its network."""

    CONNECTING = "connecting", "A worker is logging in; what was connected works on meanwhile."
    CONNECTED = "connected", "It publishes and is read."
    ACTION_REQUIRED = (
        "action_required",
        "Its owner must connect it again; its queue waits and keeps everything.",
    )
    FAILED = "failed", "It could not be connected; it never was."
    REMOVED = "removed", "It was taken away; what it published still names it."


class InDoubt(Word):
    """What becomes of a message of which nobody can look up whether it arrived."""

    ASK = "ask", "A person decides: the delivery stays `unknown` until somebody settles it."
    SEND_AGAIN = "send_again", "It is sent once more, so that it may stand there twice."


NEXT: dict[AccountState, frozenset[AccountState]] = {
    AccountState.CONNECTING: frozenset(AccountState),
    AccountState.CONNECTED: frozenset(
        {AccountState.CONNECTING, AccountState.ACTION_REQUIRED, AccountState.REMOVED}
    ),
    AccountState.ACTION_REQUIRED: frozenset(
        {AccountState.CONNECTING, AccountState.CONNECTED, AccountState.REMOVED}
    ),
    AccountState.FAILED: frozenset({AccountState.CONNECTING, AccountState.REMOVED}),
    AccountState.REMOVED: frozenset(),
}


def works(state: str, check_at: datetime | None) -> bool:
    """Whether the account speaks: also while a login is tried, by the grant it was connected with.

    An account whose grant was refused is not checked while a login is tried: `check_at` is None.
    """
    is_trying = state == AccountState.CONNECTING and check_at is not None
    return is_trying or state == AccountState.CONNECTED


def may_become(before: AccountState, after: AccountState) -> bool:
    return after in NEXT[before]


CONNECT_AGAIN = "Connect the account again with a fresh login; what is queued is kept."
INSTEAD = {"network.feed_gone": TROUBLES["network.feed_gone"].remedy}
"""Where to connect again is vain."""
IDENTITY_DIFFERS = "account.identity_differs"
ALREADY_CONNECTED = "account.already_connected"

CONNECT_WAITS = tuple(timedelta(seconds=wait) for wait in (5, 20, 60, 180))
CHECK_EVERY = timedelta(days=1)
CHECK_WAITS = tuple(timedelta(minutes=wait) for wait in (5, 20, 60, 240))
PULL_EVERY = timedelta(seconds=10)
"""However often it is asked for, an inbox is not read sooner after the last reading."""
RENEW_BEFORE = timedelta(minutes=2)
RENEWED_IS_NEW = timedelta(minutes=1)


def is_final(error: NetworkError) -> bool:
    """Whether asking again is vain. To connect twice does no harm: unknown means again."""
    return isinstance(error, Barred | GrantExpired | Refused | VersionGone)


def connect_again_at(error: NetworkError, tries: int, *, now: datetime) -> datetime | None:
    """When a connection that failed `tries` times is tried again; None: not by itself."""
    if is_final(error) or tries > len(CONNECT_WAITS):
        return None
    return _later(error, now + CONNECT_WAITS[tries - 1])


def check_again_at(error: NetworkError, tries: int, *, now: datetime) -> datetime:
    """When health that could not be checked `tries` times in a row is checked again."""
    is_in_vain = tries > len(CHECK_WAITS) or isinstance(error, Gone)
    wait = CHECK_EVERY if is_in_vain else CHECK_WAITS[tries - 1]
    return _later(error, now + wait)


def _later(error: NetworkError, moment: datetime) -> datetime:
    until = error.until if isinstance(error, RateLimited) else None
    return moment if until is None else max(moment, until)


def runs_out(expires_at: datetime | None, *, now: datetime) -> bool:
    """Whether a grant must be renewed before it is used."""
    return expires_at is not None and expires_at <= now + RENEW_BEFORE


def ended_early(expires_at: datetime | None, granted_at: datetime | None, *, now: datetime) -> bool:
    """Whether a grant that the network refuses may just have ended before its time.

    One that was handed out a moment ago is refused for another reason.
    """
    is_old = granted_at is None or granted_at <= now - RENEWED_IS_NEW
    return is_old and not runs_out(expires_at, now=now)


@dataclass(frozen=True, slots=True)
class Cadence:
    """Bounds of the wait between two readings."""

    shortest: timedelta
    longest: timedelta


def cadence(
    *, shortest_s: int, longest_s: int, network_s: int | None, own_longest_s: int | None
) -> Cadence:
    """The platform's bounds, narrowed to the network's shortest and the account's own longest."""
    shortest = timedelta(seconds=max(shortest_s, network_s or 0))
    longest = timedelta(seconds=longest_s if own_longest_s is None else own_longest_s)
    return Cadence(shortest, max(shortest, longest))


def next_pull(last_read_at: datetime | None, *, now: datetime) -> datetime:
    """When an inbox is read that somebody asks to have read at once."""
    return now if last_read_at is None else max(now, last_read_at + PULL_EVERY)


def next_poll(every: timedelta, bounds: Cadence, *, had_items: bool) -> timedelta:
    """The wait before the next reading: short after activity, twice as long at each quiet one."""
    if had_items:
        return bounds.shortest
    return min(max(every * 2, bounds.shortest), bounds.longest)
