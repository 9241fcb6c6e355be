"""What a renewal of a grant that did not come about means for its account.

    the grant is refused                 its owner must connect again
    the grant still holds                nothing: it is used
    it has run out, and no answer came   what is due waits and tries again
    it has run out, and that is refused  the same, and the account is checked soon

Only a recognised refusal disconnects at once. Where a check finds a renewal refused still, the
owner must connect again too, unless it is renewed after all: a later check tells.
"""

from domain.connector.dialects.oauth2 import CLIENT_FORGOTTEN
from domain.connector.errors import GrantExpired, NetworkError, Refused, Unavailable

UNANSWERED = "account.renewal_unanswered"
REFUSED = "account.renewal_refused"
CHECKS = 2
"""So many, in a row, tell that a network goes on refusing; what is due has some tries left then."""


def grant_refused(error: GrantExpired, *, is_answer_lost: bool) -> GrantExpired:
    """Why the old grant is refused, where the answer that had a new one was lost."""
    if not is_answer_lost:
        return error
    message = "The network renewed the account's access, and its answer never came to be kept."
    return GrantExpired(message, code="account.renewal_lost", said=error.said)


def run_out(error: NetworkError) -> NetworkError:
    """What a grant that has run out is not renewed for: no message was refused, none was sent."""
    if not isinstance(error, Refused):
        return error
    if error.code == CLIENT_FORGOTTEN:
        return GrantExpired(error.message, code="account.client_forgotten", said=error.said)
    message = "The network refused to renew the account's access."
    return Unavailable(message, code=REFUSED, said=error.said)


def goes_on_refusing(error: NetworkError, tries: int) -> bool:
    """Whether a check that was the last of so many in vain says that its owner is needed."""
    return error.code == REFUSED and tries >= CHECKS


def owner_needed(error: NetworkError) -> GrantExpired:
    """The refusal, told to the account's owner."""
    message = "The network goes on refusing to renew the account's access."
    return GrantExpired(message, said=error.said)
