"""What LinkedIn's refusals mean in our words.

429                                         RateLimited
426                                         VersionGone
401 of a token that ended or was revoked    GrantExpired; any other: Refused
403                                         NotPermitted: its app or token lacks a permission
404, 410                                    Missing
a file that is still worked on              StillWorking
a post that is there already                Duplicate
other 3xx and 4xx                           Refused

Codes: https://learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling and the pages
of the apis, read 2026-11-28; the body of a duplicate: Arisamiga/Linkedin-RSS#5.
"""

from collections.abc import Sequence

from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    RateLimited,
    Refused,
    StillWorking,
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.networks.linkedin.answers import Failure
from domain.networks.linkedin.permissions import needed_for
from domain.networks.linkedin.urns import post_in

_ENDED = frozenset({"INVALID_ACCESS_TOKEN", "EXPIRED_ACCESS_TOKEN", "REVOKED_ACCESS_TOKEN"})
_ENDED_NUMBERS = frozenset({65600, 65601, 65602})
_ENDED_WORDS = ("invalid access token", "expired access token", "the token has been revoked")
_WAITING, _UNFIT = "MEDIA_ASSET_WAITING_UPLOAD", "MEDIA_ASSET_PROCESSING_FAILED"


class NotPermitted(Refused):
    """What LinkedIn's products allow the app, and its owner the token, is not enough for a call."""

    code = "linkedin.permission_missing"


class Duplicate(Refused):
    """LinkedIn knows a post of the same words, which may be gone; `urn` names it, where it does."""

    code = "linkedin.duplicate"

    def __init__(self, message: str, *, urn: str | None, said: str) -> None:
        super().__init__(message, said=said)
        self.urn = urn


def refusal_of(call: Call, reply: Reply, hidden: Sequence[str]) -> NetworkError:
    failure, said = _failure(reply), said_by(reply, hidden)
    if is_slowed(reply):
        until = waits_until(reply)
        return RateLimited("LinkedIn asks us to slow down.", until=until, said=said)
    if is_gone(reply):
        return VersionGone("LinkedIn no longer speaks this version of its api.", said=said)
    if reply.status == 401 and _has_ended(failure):
        return GrantExpired("LinkedIn no longer accepts our access token.", said=said)
    if reply.status == 403:
        message = f"LinkedIn does not let this token do that: it wants {needed_for(call)}."
        return NotPermitted(message, said=said)
    if reply.status in (404, 410):
        return Missing("LinkedIn does not know what this names.", said=said)
    return _unfit(failure, said) or Refused("LinkedIn refuses this.", said=said)


def said_by(reply: Reply, hidden: Sequence[str]) -> str:
    """LinkedIn's own words, without what is secret."""
    failure = _failure(reply)
    words = " ".join(filter(None, (failure.code, failure.message, *_described(failure))))
    return without_secrets(f"{reply.status} {words or reply.text}"[:2000], hidden)


def _unfit(failure: Failure, said: str) -> NetworkError | None:
    codes = _codes(failure)
    if "DUPLICATE_POST" in codes or "duplicate of urn:li:" in failure.message:
        message = "LinkedIn knows a post of the same words."
        return Duplicate(message, urn=post_in(failure.message), said=said)
    if _WAITING in codes:
        return StillWorking("LinkedIn is still working on a file.", said=said)
    if _UNFIT in codes:
        message = "LinkedIn cannot work on this file."
        return Refused(message, code="network.media_refused", said=said)
    return None


def _has_ended(failure: Failure) -> bool:
    if failure.code in _ENDED or failure.service_error_code in _ENDED_NUMBERS:
        return True
    return failure.message.lower().startswith(_ENDED_WORDS)


def _codes(failure: Failure) -> set[str]:
    details = failure.error_details
    return {failure.code, *(each.code for each in (details.input_errors if details else ()))}


def _described(failure: Failure) -> list[str]:
    details = failure.error_details
    return [f"{each.code} {each.description}" for each in (details.input_errors if details else ())]


def _failure(reply: Reply) -> Failure:
    try:
        return heard(reply, Failure)
    except NotUnderstood:
        return Failure()
