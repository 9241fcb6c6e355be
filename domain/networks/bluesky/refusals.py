"""What Bluesky's refusals mean in our words.

429                                         RateLimited
a version or method that is no longer there VersionGone
tokens and passwords it does not accept     GrantExpired
RecordNotFound, NotFound, 404               Missing
other 3xx and 4xx                           Refused
"""

from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    RateLimited,
    Refused,
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard
from domain.connector.http import Reply
from domain.connector.rates import is_slowed, waits_until
from domain.networks.bluesky.answers import Failure

# https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/auth-verifier.ts and the
# lexicons of com.atproto.server, read 2026-11-22.
_LOCKED_OUT = frozenset(
    {
        "ExpiredToken",
        "InvalidToken",
        "AuthMissing",
        "AuthenticationRequired",
        "AccountTakedown",
        "AccountSuspended",
        "AccountDeactivated",
    }
)
_GONE = frozenset({"RecordNotFound", "NotFound", "RepoNotFound", "HandleNotFound"})


def refusal(reply: Reply, failure: Failure, said: str) -> NetworkError:
    """`said` are its words, without secrets."""
    if is_slowed(reply):
        until = waits_until(reply)
        return RateLimited("Bluesky asks us to slow down.", until=until, said=said)
    if is_gone(reply):
        return VersionGone("Bluesky has no such method any more.", said=said)
    if failure.error == "AuthFactorTokenRequired":
        message = "This is the account's main password; make an app password and use that."
        return Refused(message, code="bluesky.app_password_needed", said=said)
    if failure.error in _LOCKED_OUT or reply.status == 401:
        return GrantExpired("Bluesky no longer lets us act for this account.", said=said)
    if failure.error in _GONE or reply.status == 404:
        return Missing("Bluesky does not know what this names.", said=said)
    return Refused("Bluesky refuses this.", said=said)


def failure_of(reply: Reply) -> Failure:
    try:
        return heard(reply, Failure)
    except NotUnderstood:
        return Failure()
