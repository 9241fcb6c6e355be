"""What networks answer when it does not go well, in our words.

NetworkError            three answers: wait, stop, look
├── RateLimited         wait until `until`
│   └── PostsSpent      the posts of a day are: what is none goes on
├── Unavailable         wait; the call surely changed nothing
│   └── StillWorking    it is at what it was sent: ask again soon
├── GrantExpired        stop: the account's owner must connect again
├── VersionGone         stop: the operator moves to another version, or to a newer Parvis
├── Barred              stop: this installation does not call there, until its operator lets it
├── Refused             stop: the network will not take this content or act
│   └── Missing         what the call names is not there (any more)
│       └── Gone        nor will it be: its server asks that nobody asks again
└── OutcomeUnknown      look: the call may have had its effect

Each says who must act and whether a retry can help; `troubles.py` says what each code means.
"""

from datetime import datetime

from domain.kernel.words import Word


class ActingParty(Word):
    """Who can end a trouble."""

    USER = "user", "Whoever uses the account, by what the remedy says."
    OPERATOR = "operator", "Whoever runs Parvis."
    NETWORK = "network", "The network itself; nothing is to be done but wait."


class NetworkError(Exception):
    """`code` is stable and dotted; `said` is the network's own words, without secrets."""

    code = "network.error"
    acting_party = ActingParty.NETWORK
    is_retryable = True

    def __init__(self, message: str, *, code: str | None = None, said: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.said = said[:2000]


class RateLimited(NetworkError):
    """The budget is spent; `until` is when it is whole again, None when the network did not say."""

    code = "network.rate_limited"

    def __init__(
        self, message: str, *, until: datetime | None, code: str | None = None, said: str = ""
    ) -> None:
        super().__init__(message, code=code, said=said)
        self.until = until


class PostsSpent(RateLimited):
    """As many posts, or answers, as the network takes in a while are out; it takes the others."""

    code = RateLimited.code


class Unavailable(NetworkError):
    """Nothing was changed over there; the same call may be made again later."""

    code = "network.unavailable"


class StillWorking(Unavailable):
    """The network is not done with a file it was sent; what was reached is kept meanwhile."""

    code = "network.media_processing"


class GrantExpired(NetworkError):
    """The network no longer accepts the account's credentials."""

    code = "network.grant_expired"
    acting_party = ActingParty.USER


class VersionGone(NetworkError):
    """The network no longer speaks the version of its api that was called; nothing was changed."""

    code = "network.version_gone"
    acting_party = ActingParty.OPERATOR


class Refused(NetworkError):
    """The network understood and said no; the same call will be refused again."""

    code = "network.refused"
    acting_party = ActingParty.USER
    is_retryable = False


class Missing(Refused):
    """What the call names does not exist over there."""

    code = "network.missing"


class Gone(Missing):
    """What the call names is gone for good, its server says (RFC 9110, 15.5.11)."""

    code = Missing.code


class Barred(NetworkError):
    """Nothing was called: this installation reaches no such network or address."""

    code = "network.unknown"
    acting_party = ActingParty.OPERATOR


class OutcomeUnknown(NetworkError):
    """The call was sent and no answer came: look before anything is sent again."""

    code = "network.outcome_unknown"
    is_retryable = False
