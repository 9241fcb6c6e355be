"""What goes wrong outside, by its code: what it means, what to do, who must act, whether to retry.

The codes stand in `problem.code` of accounts, consents and deliveries, in `error.code` of
operations and in `code` of attempts, of mails and of sign-ins by a provider; `GET /v1/troubles` and
`openapi/problems.md` list them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from domain.connector.errors import (
    ActingParty,
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


class Trouble(NamedTuple):
    """`kind` is what it is raised as, or would be; it says who acts, unless `party` does."""

    kind: type[NetworkError]
    title: str
    remedy: str
    party: ActingParty | None = None

    @property
    def acting_party(self) -> ActingParty:
        return self.party or self.kind.acting_party

    @property
    def is_retryable(self) -> bool:
        return self.kind.is_retryable


_AGAIN = "Nothing: it is tried again; if it has failed at last, retry it."
_BEGIN = "Begin again."
_CONNECT = "Connect the account again; it goes on by itself then."
_LOOKED_UP = "Nothing: it is looked up. If nobody can tell, look there, then settle it."
_MENDED = "Put right what `message` says, then retry it."
_PROVIDER = "Check the provider's settings here and over there, then begin again."
_RENEWED = "Nothing: it is tried again in a moment."
_SENT_ONCE = "If it did not come, ask for it again."
_VERSION = (
    "Speak another version (NETWORK_VERSIONS) or update Parvis, then check the account, and retry "
    "what failed."
)
_OPERATOR, _USER = ActingParty.OPERATOR, ActingParty.USER

TROUBLES: Mapping[str, Trouble] = {
    "account.already_connected": Trouble(
        Refused,
        "Another account of this workspace is this identity",
        "Use that account, or remove it first.",
    ),
    "account.client_forgotten": Trouble(
        GrantExpired, "The network no longer knows the app the account was connected by", _CONNECT
    ),
    "account.identity_differs": Trouble(
        Refused,
        "The login belongs to somebody else than the account did before",
        "Log in as before, or connect the other identity as an account of its own.",
    ),
    "account.login_refused": Trouble(
        Refused,
        "The network did not accept the login",
        "Connect the account again with a fresh login; what is queued is kept.",
    ),
    "account.renewal_busy": Trouble(Unavailable, "The account's access is being renewed", _RENEWED),
    "account.renewal_lost": Trouble(
        GrantExpired, "The account's access was renewed, and the answer was lost", _CONNECT
    ),
    "account.renewal_refused": Trouble(
        Unavailable,
        "The network refused to renew the account's access",
        "Nothing: it is tried again; where that goes on, the account asks to be connected again, "
        "and what is queued is kept.",
    ),
    "account.renewal_unanswered": Trouble(
        Unavailable, "No answer came when the account's access was renewed", _AGAIN
    ),
    "account.seal_broken": Trouble(GrantExpired, "The kept credentials cannot be opened", _CONNECT),
    "bluesky.account_inactive": Trouble(
        Refused,
        "The account is deactivated, suspended or taken down over there",
        "Have it restored on Bluesky, then connect it again.",
    ),
    "bluesky.app_password_needed": Trouble(
        Refused,
        "The main password was sent",
        "Make an app password on Bluesky and connect with that.",
    ),
    "consent.client_forgotten": Trouble(
        Refused, "The network no longer knows our registration", _BEGIN
    ),
    "consent.denied": Trouble(
        Refused, "The person said no on the network's page", "Begin again, and let Parvis in there."
    ),
    "consent.interrupted": Trouble(
        Refused, "A step broke off and nobody knows how far it came", _BEGIN
    ),
    "consent.issuer_differs": Trouble(
        Refused, "The answer came from another server than was asked", _BEGIN
    ),
    "consent.place_missing": Trouble(
        Refused,
        "Whoever consented lets us into no such page or place",
        "Begin again: let Parvis into it over there, and name it as `said` does or not at all.",
    ),
    "consent.seal_broken": Trouble(
        Refused, "What was kept of the consent cannot be opened", _BEGIN
    ),
    "instagram.withdraw_by_hand": Trouble(
        Refused,
        "Instagram takes no post back by an account's own token",
        "Delete the post in Instagram's app, or connect the account with the token of its Page and "
        "instagram_manage_contents.",
    ),
    "linkedin.duplicate": Trouble(
        Refused,
        "LinkedIn knows a post of the same words, which may be deleted",
        "Change the words, or wait two days where the other was deleted; then retry it.",
    ),
    "linkedin.permission_missing": Trouble(
        Refused,
        "LinkedIn does not let the token do that; `said` names the permission",
        "Add the product to the app over there (Share on LinkedIn, or the Community Management API "
        "for organisations and for reading), then connect again with a new token.",
    ),
    "mail.login_refused": Trouble(
        Unavailable,
        "The mail server does not take our login",
        "Put SMTP_URL right; it is tried again.",
        _OPERATOR,
    ),
    "mail.malformed": Trouble(
        Refused, "The mail cannot be written", "Check the address that it is for."
    ),
    "mail.outcome_unknown": Trouble(
        OutcomeUnknown, "The mail was handed over and no answer came", _SENT_ONCE, _USER
    ),
    "mail.refused": Trouble(
        Refused, "The mail server refused the mail", "Check the address, then ask for it again."
    ),
    "mail.seal_broken": Trouble(
        Unavailable,
        "The key that sealed the mail is not on the ring",
        "Put it back; the mail is tried again.",
        _OPERATOR,
    ),
    "mail.server_away": Trouble(
        Unavailable, "The mail server was not reached", "Nothing: it is tried again."
    ),
    "mail.timed_out": Trouble(OutcomeUnknown, "The mail server took too long", _SENT_ONCE, _USER),
    "mail.too_late": Trouble(Refused, "What the mail was for has passed", "Ask for it again."),
    "mail.worker_lost": Trouble(
        OutcomeUnknown, "The worker was lost while it sent the mail", _SENT_ONCE, _USER
    ),
    "meta.action_blocked": Trouble(
        Refused,
        "Meta blocks what the account does, for a while or for good",
        "Log in there and see what it says of the account; retry it once that is over.",
    ),
    "meta.checkpoint": Trouble(
        GrantExpired,
        "Meta wants whoever made the token to log in and prove who they are",
        "Log in there and do what it asks, then connect the account again; it goes on by itself.",
    ),
    "meta.permission_missing": Trouble(
        Refused,
        "The account's token lacks a permission that this needs",
        "Make a token with the permissions that the network's notes list, connect the account "
        "again with it, then retry it.",
    ),
    "network.answer_refused": Trouble(
        Refused,
        "The author of a post lets us not answer it",
        "Quote the post, or write one of your own.",
    ),
    "network.error": Trouble(
        NetworkError, "The network's answer was not understood", "Retry it later."
    ),
    "network.feed_gone": Trouble(
        GrantExpired,
        "The feed's server says that the feed is gone for good",
        "Remove the account, and connect the feed that took its place, if any, as one of its own.",
    ),
    "network.grant_expired": Trouble(
        GrantExpired, "The network no longer accepts our access", _CONNECT
    ),
    "network.login_incomplete": Trouble(
        Refused,
        "A field of the login is missing",
        "Send each field that the network's manifest lists under `login`.",
    ),
    "network.media_not_reachable": Trouble(
        Refused,
        "The network fetches files by itself and cannot reach this installation",
        "Set PUBLIC_URL to an https address that the internet reaches, then retry it.",
        _OPERATOR,
    ),
    "network.media_processing": Trouble(
        StillWorking, "The network is still working on a file", _AGAIN
    ),
    "network.media_refused": Trouble(
        Refused,
        "The network cannot work on a file, or takes none now",
        "Send another file, or the post without it; `said` holds the network's words.",
    ),
    "network.missing": Trouble(
        Missing,
        "What the call names is not there any more",
        "Look on the network; what is gone there is neither changed nor answered.",
    ),
    "network.no_feed": Trouble(
        Refused, "There is no feed at the address", "Name the address of the feed or the calendar."
    ),
    "network.no_text": Trouble(
        Refused,
        "The address shows no text that can be watched",
        "Name a page, a document or an entry of a feed that shows text.",
    ),
    "network.outcome_unknown": Trouble(
        OutcomeUnknown, "Something was sent and no answer came", _LOOKED_UP
    ),
    "network.quote_refused": Trouble(
        Refused,
        "The author of a post lets nobody quote it",
        "Quote another post, or link to it instead.",
    ),
    "network.rate_limited": Trouble(
        RateLimited, "The network asks us to wait", "Nothing: it is tried again then."
    ),
    "network.refused": Trouble(Refused, "The network understood and said no", _MENDED),
    "network.server_too_old": Trouble(
        Refused,
        "The account's server does not speak what we need",
        "Ask whoever runs that server to update it; `said` lists what it speaks.",
    ),
    "network.unavailable": Trouble(
        Unavailable, "The network is away, and nothing was changed", _AGAIN
    ),
    "network.unknown": Trouble(
        Barred,
        "This installation has no connector that can connect the network",
        "Update Parvis, or choose a key from GET /v1/networks.",
    ),
    "network.version_ending": Trouble(
        VersionGone, "The network ends the version of its api that is spoken", _VERSION
    ),
    "network.version_gone": Trouble(
        VersionGone, "The network ended the version of its api that is spoken", _VERSION
    ),
    "outbound.address_refused": Trouble(
        Barred,
        "The address is private, and OUTBOUND_ALLOW does not list it",
        "List its origin in OUTBOUND_ALLOW, or name a public address.",
    ),
    "outbound.answer_too_large": Trouble(
        Refused,
        "The answer is larger than OUTBOUND_MAX_BYTES",
        "Name an address that answers less.",
    ),
    "outbound.budget_spent": Trouble(
        RateLimited,
        "A rate budget is spent",
        "Nothing: it goes on by itself; `/v1/accounts/{id}/budgets` says when.",
    ),
    "outbound.cut_off": Trouble(Unavailable, "The answer broke off", _AGAIN),
    "outbound.earlier_again": Trouble(
        Unavailable,
        "An earlier message of the account was not sent, and soon is sent again first",
        "Nothing: it goes out behind that, and after a minute or two at most without it.",
    ),
    "outbound.earlier_in_doubt": Trouble(
        Unavailable,
        "An earlier message of the account may have arrived, and is looked up first",
        "Nothing: it goes out once that is known, or after a few look-ups that could not tell.",
    ),
    "outbound.timed_out": Trouble(Unavailable, "No answer came in time", _AGAIN),
    "outbound.unreachable": Trouble(Unavailable, "The server cannot be reached", _AGAIN),
    "outbound.url_refused": Trouble(
        Refused, "The address is none that may be called", "Name a whole https address."
    ),
    "provider.answer_unfit": Trouble(
        Refused, "What the provider sent back fits no attempt", "Begin again from the sign-in page."
    ),
    "provider.code_refused": Trouble(Refused, "The provider did not take the code", _PROVIDER),
    "provider.denied": Trouble(
        Refused,
        "The person said no on the provider's page",
        "Begin again, and let Parvis in there.",
    ),
    "provider.interrupted": Trouble(
        Refused, "A step broke off and nobody knows how far it came", _BEGIN
    ),
    "provider.keys_unfit": Trouble(Refused, "The provider's keys cannot be read", _PROVIDER),
    "provider.metadata_unfit": Trouble(
        Refused, "The provider's metadata cannot be read, or name another issuer", _PROVIDER
    ),
    "provider.timed_out": Trouble(Unavailable, "The provider took too long", "Begin again later."),
    "provider.token_unfit": Trouble(
        Refused, "The provider's token is not signed for us, or not for this attempt", _PROVIDER
    ),
    "provider.too_late": Trouble(Refused, "The attempt lasted too long", _BEGIN),
    "rendition.impossible": Trouble(
        Refused,
        "The file cannot be made to fit the network",
        "Upload one that fits, or a shorter film; `message` says what was wrong.",
    ),
    "rendition.source_lost": Trouble(
        Refused, "The bytes of the file are gone", "Upload the file again, and ask for it anew."
    ),
    "work.broken": Trouble(
        NetworkError,
        "Parvis breaks at it, and goes on trying",
        "An operator finds why in the workers' log, under `work.broken`.",
        _OPERATOR,
    ),
}


def party_of(code: str) -> ActingParty:
    """Who must act, as a rule."""
    found = TROUBLES.get(code)
    return NetworkError.acting_party if found is None else found.acting_party
