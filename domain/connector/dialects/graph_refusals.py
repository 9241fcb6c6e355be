"""What the refusals of Meta's Graph APIs mean in our words, by `code` and `error_subcode`.

429, and the codes of rates (`rate_bodies`)              RateLimited
426, 2635 of a version that has ended                    VersionGone
190, 102                                                 GrantExpired, with its own code where Meta
                                                         wants a person to log in there (459, 464)
1 of more than Meta gives at once                         TooMuch
4 with 2207051, -1, 1, 2, what is transient, 5xx, 408     OutcomeUnknown: it may be there
100 with 33, 803, 404                                    Missing
3, 10, 200 to 299                                        Refused: a permission is missing
368 with 1390008                                         PostsSpent: too fast
368                                                      Refused: Meta blocks the account's acts
506                                                      Duplicate
324                                                      Refused: the file
subcodes of Instagram's files                            by `graph_files`
other 3xx and 4xx                                        Refused
2xx with an error in it                                  as that error, else OutcomeUnknown

https://developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-11-28. Something may
stand there after 1 or 4 with 2207051: issue 1141 of facebookarchive/php-graph-sdk, pull request
1681 of gitroomhq/postiz-app; subcodes of 190 and 100: its pull request 2045; too fast: its pull
request 2068; too much: issue
563 of the first, 65 of singer-io/tap-facebook (read 2026-11-29). -1 with
2207073 is of what cannot be deleted: …/instagram-platform/reference/instagram-media.
"""

from collections.abc import Sequence
from dataclasses import replace

from domain.connector.dialects.graph_files import file_trouble
from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    OutcomeUnknown,
    PostsSpent,
    RateLimited,
    Refused,
    Unavailable,
    VersionGone,
)
from domain.connector.heard import Heard, NotUnderstood, heard, without_secrets
from domain.connector.http import Reply
from domain.connector.rates import is_slowed, waits_until

PERMISSION_MISSING = "meta.permission_missing"
_BAD_REQUEST = 400
_VERSION_ENDED = 2635
_LOCKED_OUT = frozenset({102, 190})
_CHECKPOINTS = frozenset({459, 464})
_PERMISSIONS = frozenset({3, 10, *range(200, 300)})
_BLOCKED, _DUPLICATE, _BAD_FILE = 368, 506, 324
_TOO_FAST = (_BLOCKED, 1_390_008)
_NO_ALIAS, _INVALID, _NO_OBJECT = 803, 100, 33
_BROKEN = frozenset({-1, 1, 2})
_MAY_BE_LIVE = (4, 2_207_051)
_NO_SUCH_ACT = (-1, 2_207_073)
_TOO_MUCH = "reduce the amount of data"


class TooMuch(Unavailable):
    """A list was asked for more than Meta gathers at once: fewer entries may do."""

    code = Unavailable.code


class Duplicate(Refused):
    """What was said last says the very same."""

    code = Refused.code


class Fault(Heard):
    """What an error says; all of it may be missing."""

    message: str = ""
    code: int = 0
    error_subcode: int = 0
    error_user_title: str | None = None
    error_user_msg: str | None = None
    is_transient: bool = False


class _Failure(Heard):
    error: Fault = Fault()


class _Within(Heard):
    """What an answer holds that is a refusal all the same."""

    error: Fault | None = None
    success: bool = True


def refusal(reply: Reply, name: str, secrets: Sequence[str]) -> NetworkError:
    """The error that an answer is, of a network called `name` by people."""
    fault = _fault(reply)
    said = _said(reply, fault, secrets)
    if is_slowed(reply):
        return RateLimited(f"{name} asks us to slow down.", until=waits_until(reply), said=said)
    if is_gone(reply) or fault.code == _VERSION_ENDED:
        return VersionGone(f"{name} no longer speaks this version of its api.", said=said)
    if fault.code in _LOCKED_OUT:
        return _locked_out(name, fault, said)
    if _TOO_MUCH in fault.message:
        return TooMuch(f"{name} does not give as much at once.", said=said)
    if _is_unsure(reply, fault):
        return OutcomeUnknown(f"{name} is out of order.", said=said)
    if trouble := file_trouble(name, fault.error_subcode, said):
        return trouble
    if (fault.code, fault.error_subcode) == _TOO_FAST:
        return PostsSpent(f"{name} finds that the account posts too fast.", until=None, said=said)
    if _is_missing(reply, fault):
        return Missing(f"{name} does not know what this names.", said=said)
    return _refused(name, fault, said)


def refusal_within(reply: Reply, name: str, secrets: Sequence[str]) -> NetworkError | None:
    """The error in an answer of 2xx; None where it holds none."""
    try:
        within = heard(reply, _Within)
    except NotUnderstood:
        return None
    if within.error is not None:
        return refusal(replace(reply, status=_BAD_REQUEST), name, secrets)
    if within.success:
        return None
    message = f"{name} says that it did not do it."
    return OutcomeUnknown(message, said=without_secrets(reply.text[:2000], secrets))


def _locked_out(name: str, fault: Fault, said: str) -> GrantExpired:
    if fault.error_subcode in _CHECKPOINTS:
        message = f"{name} wants the owner of the token to log in there first."
        return GrantExpired(message, code="meta.checkpoint", said=said)
    return GrantExpired(f"{name} no longer accepts our token.", said=said)


def _is_unsure(reply: Reply, fault: Fault) -> bool:
    codes = (fault.code, fault.error_subcode)
    if codes == _NO_SUCH_ACT:
        return False
    is_late = codes == _MAY_BE_LIVE
    return is_late or fault.code in _BROKEN or fault.is_transient or reply.is_broken


def _is_missing(reply: Reply, fault: Fault) -> bool:
    is_no_object = (fault.code, fault.error_subcode) == (_INVALID, _NO_OBJECT)
    return is_no_object or fault.code == _NO_ALIAS or reply.status == 404


def _refused(name: str, fault: Fault, said: str) -> Refused:
    if fault.code in _PERMISSIONS:
        message = f"The token lacks a permission that {name} wants."
        return Refused(message, code=PERMISSION_MISSING, said=said)
    if fault.code == _BLOCKED:
        message = f"{name} blocks what the account does."
        return Refused(message, code="meta.action_blocked", said=said)
    if fault.code == _BAD_FILE:
        message = f"{name} cannot read the file."
        return Refused(message, code="network.media_refused", said=said)
    if fault.code == _DUPLICATE:
        return Duplicate(f"{name} takes no second post of the same words.", said=said)
    return Refused(f"{name} refuses this.", said=said)


def _said(reply: Reply, fault: Fault, secrets: Sequence[str]) -> str:
    """Meta's words for people where it has any, else those for programs."""
    titled = ": ".join(filter(None, (fault.error_user_title, fault.error_user_msg)))
    code = f"{fault.code}/{fault.error_subcode}" if fault.error_subcode else f"{fault.code}"
    told = f"{code} {titled or fault.message}" if fault.code else reply.text
    return without_secrets(f"{reply.status} {told}"[:2000], secrets)


def _fault(reply: Reply) -> Fault:
    try:
        return heard(reply, _Failure).error
    except NotUnderstood:
        return Fault()
