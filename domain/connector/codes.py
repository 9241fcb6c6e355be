"""Codes of what goes wrong with networks, and what each means; `openapi/problems.md` lists them.

Troubles stand in `problem.code` of accounts and deliveries and in `code` of attempts; misfits in
the answers of `validate` and in the faults of `post.unfit`.
"""

TROUBLES = {
    "account.already_connected": "Another account of this workspace is this identity.",
    "account.identity_differs": "The login belongs to somebody else than the account did before.",
    "account.login_refused": "The network did not accept the login.",
    "account.renewal_busy": "The account's access is being renewed; it goes on in a moment.",
    "account.renewal_unanswered": "No answer came when the account's access was renewed.",
    "account.seal_broken": "The kept credentials cannot be opened: connect the account again.",
    "bluesky.account_inactive": "The account is deactivated, suspended or taken down over there.",
    "bluesky.app_password_needed": "The main password was sent; make an app password.",
    "network.error": "The network's answer was not understood.",
    "network.grant_expired": "The network no longer accepts our access: connect the account again.",
    "network.login_incomplete": "A field of the login is missing.",
    "network.media_processing": "The network is still working on a file; it is tried again.",
    "network.missing": "What the call names is not there any more.",
    "network.no_feed": "There is no feed at the address.",
    "network.outcome_unknown": "Something was sent and no answer came: it is looked up first.",
    "network.rate_limited": "The network asks us to wait; it is tried again then.",
    "network.refused": "The network understood and said no; `said` holds its words.",
    "network.unavailable": "The network is away, and nothing was changed; it is tried again.",
    "network.unknown": "This installation has no connector that can connect the network.",
    "outbound.address_refused": "The address is private, and OUTBOUND_ALLOW does not list it.",
    "outbound.answer_too_large": "The answer is larger than OUTBOUND_MAX_BYTES.",
    "outbound.budget_spent": "The account's rate budget is spent; it goes on when it is whole.",
    "outbound.cut_off": "The answer broke off; it is asked for again.",
    "outbound.timed_out": "No answer came in time; it is tried again.",
    "outbound.unreachable": "The server cannot be reached; it is tried again.",
    "outbound.url_refused": "The address is none that may be called.",
}
MISFITS = {
    "alt_text.too_long": "The alternative text is longer than the network takes.",
    "content_warning.unsupported": "The network has no content warnings.",
    "language.invalid": "The language is no BCP 47 tag.",
    "media.mixed": "The network takes images or videos in one message, not both.",
    "media.too_large": "The file is larger than the network takes.",
    "media.too_many": "More files than the network takes in one message.",
    "media.type_unsupported": "The network does not take files of this type.",
    "text.empty": "A message needs text or media.",
    "text.too_long": "The text is longer than the network takes, counted as it counts.",
    "text.unsupported": "The network takes no text.",
    "thread.length_differs": "What is public keeps its number of messages.",
    "thread.too_long": "More messages than the network takes in one thread.",
    "visibility.unsupported": "The network does not offer this visibility.",
}
