"""What a caller can do wrong, as one tree; statuses live in `api/problems.py`.

ParvisError
├── Unauthenticated     TokenMissing TokenInvalid
├── Forbidden           ScopeMissing CommunitiesHeld ScopeBeyond AddressRefused MemberMissing
│                       FormRefused SignInRefused CodeRefused PasskeyRefused
│                       ProviderRefused InvitationElsewhere NotAsked
├── Malformed           HeadMalformed BodyMalformed QueryMalformed QueryInvalid
│                       QueryTooHeavy QueryNotKept QueryHashWrong
├── Missing             NotFound RouteUnknown LinkInvalid CursorLost UploadOver …
├── MethodUnknown
├── Invalid             Misfit IdMalformed IdWrongKind CursorInvalid ZoneUnknown TimePast …
├── Conflict            AlreadyExists IdTaken NotAllowedNow DeliveryUnderWay AlreadyPublished …
├── Stale               VersionStale ProtocolUnknown
├── Conditional         VersionMissing
├── TooLarge            HeadTooLarge BodyTooLarge MediaTooLarge ImportTooLarge
├── Unsupported         BodyUnsupported MediaUnsupported PictureTooLarge
├── Limited             RateExceeded
└── Away                DependencyAway

A class stands for one thing a caller can do differently. `code` never changes; `title` says it
in general, the message in particular; `remedy` says what to do. Nothing secret in a message.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent; `pointer` is a JSON pointer into the body."""

    pointer: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text that nobody could read: line and column from 1, offset from 0."""

    line: int
    column: int
    offset: int

    @classmethod
    def behind(cls, read: str) -> "Position":
        """The place behind what could be read."""
        return cls(read.count("\n") + 1, len(read) - read.rfind("\n"), len(read))


MOST_FAULTS = 100
"""As many are told of one request: it may have a hundred thousand."""


class ParvisError(Exception):
    code = "internal"
    title = "Something went wrong on our side"
    remedy = "Try again; if it stays, tell us the request id."
    is_retryable = False
    acting_party = "developer"

    def __init__(
        self, message: str = "", *, faults: tuple[Fault, ...] = (), at: str | None = None
    ) -> None:
        """`at` is for an error that is its own one fault: a JSON pointer into the body."""
        super().__init__(message or self.title)
        self.message = message or self.title
        self.faults = faults[:MOST_FAULTS] if at is None else (Fault(at, self.code, self.message),)


class Unauthenticated(ParvisError): ...


class TokenMissing(Unauthenticated):
    code = "token.missing"
    title = "No token was sent"
    remedy = "Send `Authorization: Bearer pv_…`."


class TokenInvalid(Unauthenticated):
    code = "token.invalid"
    title = "The token is not known, has run out or was revoked"
    remedy = "Ask for a new token."


class Forbidden(ParvisError): ...


class ScopeMissing(Forbidden):
    code = "scope.missing"
    title = "The token lacks a scope"
    remedy = "Use a token that was given the scope."

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs the scope {scope}.")
        self.scope = scope


class CommunitiesHeld(Forbidden):
    code = "communities.held"
    title = "The token sees some communities only, and this concerns others too"
    remedy = "Use a token that sees the whole workspace."


class FormRefused(Forbidden):
    code = "form.refused"
    title = "The form is too old or came from elsewhere"
    remedy = "Open the page again and send the form from there."
    acting_party = "user"


class SignInRefused(Forbidden):
    code = "sign_in.refused"
    title = "The e-mail address or the password is wrong"
    remedy = "Try again, or ask for a new password."
    acting_party = "user"


class ScopeBeyond(Forbidden):
    code = "scope.beyond"
    title = "This would let more be done than the token may do itself"
    remedy = "Ask for scopes and communities that the token has."


class AddressRefused(Forbidden):
    code = "address.refused"
    title = "The key may not be used from this address"
    remedy = "Use it from one of the addresses it was made for."


class MemberMissing(Forbidden):
    code = "member.missing"
    title = "The token acts for no member"
    remedy = "Use the token of a person: an application gets one at /oauth/authorize."


class CodeRefused(Forbidden):
    code = "code.refused"
    title = "The code is wrong or was used before"
    remedy = "Type the code that the app shows now, or one of the recovery codes."
    acting_party = "user"


class PasskeyRefused(Forbidden):
    code = "passkey.refused"
    title = "The passkey was not accepted"
    remedy = "Try again, or sign in with the password."
    acting_party = "user"


class ProviderRefused(Forbidden):
    code = "provider.refused"
    title = "The outside sign-in did not succeed"
    remedy = "Begin again from the sign-in page."
    acting_party = "user"


class InvitationElsewhere(Forbidden):
    code = "invitation.other_address"
    title = "The invitation is for another e-mail address"
    remedy = "Sign out, and sign in with the address that was invited."
    acting_party = "user"


class Missing(ParvisError): ...


class NotFound(Missing):
    code = "not_found"
    title = "There is no such thing in this workspace"
    remedy = "Check the id; a list shows what is there."

    def __init__(
        self, what: str = "resource", ids: Collection[UUID] = (), *, at: str | None = None
    ) -> None:
        """`ids` are those that were looked for in vain: the edge finds them in what was sent."""
        super().__init__(f"There is no such {what} in this workspace.", at=at)
        self.ids = frozenset(ids)


class RouteUnknown(Missing):
    code = "route.unknown"
    title = "There is nothing at this address"
    remedy = "Read the API reference at /docs."


class LinkInvalid(Missing):
    code = "link.invalid"
    title = "The link was used before, is too old or was never given out"
    remedy = "Ask for a new one."
    acting_party = "user"


class CursorLost(Missing):
    code = "cursor.lost"
    title = "The log no longer holds what follows this cursor"
    remedy = (
        "Ask once without a cursor, with `since` of this moment; read anew what you keep, then go"
        " on from the cursor you were given."
    )


class UploadOver(Missing):
    code = "upload.over"
    title = "The upload was given up"
    remedy = "Begin a new one."


class MethodUnknown(ParvisError):
    code = "method.not_allowed"
    title = "This address does not know the method"
    remedy = "Use one of the methods in the Allow header."


class NotAsked(Forbidden):
    code = "review.not_asked"
    title = "Somebody else is asked to decide"
    remedy = "Leave it to those whom the step of the review asks."
    acting_party = "user"


class Malformed(ParvisError):
    """`position` is where JSON could not be read any further."""

    def __init__(self, message: str = "", *, position: Position | None = None) -> None:
        super().__init__(message)
        self.position = position


class HeadMalformed(Malformed):
    code = "head.malformed"
    title = "The request is not HTTP"
    remedy = "Send HTTP/1.1, through a client library; what follows a body begins a request anew."


class BodyMalformed(Malformed):
    code = "body.malformed"
    title = "The body cannot be read"
    remedy = "Send what the API reference describes, encoded as its Content-Type says."


class QueryMalformed(Malformed):
    code = "query.malformed"
    title = "The GraphQL request cannot be read"
    remedy = (
        "Send JSON with `query`, a document in GraphQL's syntax, and `variables` and"
        " `operationName` where needed."
    )


class QueryInvalid(Malformed):
    code = "query.invalid"
    title = "The operation does not fit the schema"
    remedy = "Compare it with the schema at /graphql or openapi/schema.graphql."


class QueryNotKept(Malformed):
    code = "query.not_kept"
    title = "No operation is kept under this hash"
    remedy = (
        "Send `query` beside its hash; clients of persisted queries do it by themselves, and the"
        " hash alone will do from then on."
    )

    def __init__(self) -> None:
        # To the letter: clients go by it (Apollo, automatic persisted queries; read 2026-11-28).
        super().__init__("PersistedQueryNotFound")


class QueryHashWrong(Malformed):
    code = "query.hash_wrong"
    title = "The hash is not that of the query"
    remedy = "Send the SHA-256 of `query` in UTF-8, as 64 hexadecimal digits in small letters."


class QueryTooHeavy(Malformed):
    code = "query.too_heavy"
    title = "The operation asks for too much at once"
    remedy = (
        "Ask for smaller pages or fewer levels; `extensions.cost` says what was asked for and what"
        " is allowed, where it was too much."
    )

    def __init__(self, message: str = "", *, cost: int | None = None) -> None:
        """`cost` is that of an operation whose levels and names are few enough to tell it."""
        super().__init__(message)
        self.cost = cost


class Invalid(ParvisError): ...


class Misfit(Invalid):
    code = "request.invalid"
    title = "The request does not fit its description"
    remedy = "Mend each fault; `errors` (in GraphQL `faults`) points at them."


class IdMalformed(Invalid):
    code = "id.malformed"
    title = "This is not an id"
    remedy = "Send the id as it was given to you."

    def __init__(self, expected: str) -> None:
        super().__init__(f"An id here is {expected}.")


class IdWrongKind(Invalid):
    code = "id.wrong_kind"
    title = "The id belongs to another kind of thing"
    remedy = "Send an id of the kind that is asked for."

    def __init__(self, expected: str, found: str) -> None:
        asked, sent = _one(expected), _one(found)
        super().__init__(f"This asks for the id of {asked}; that is the id of {sent}.")


def _one(kind: str) -> str:
    """`an account`, `a user`: the kind of a thing with its article."""
    sounds_open = kind[0] in "aeiou" and not kind.startswith("use")
    return f"{'an' if sounds_open else 'a'} {kind.replace('_', ' ')}"


class IdUnordered(Invalid):
    code = "id.unordered"
    title = "The id is no UUIDv7, so it would not sort by the time it was made"
    remedy = "Make a UUIDv7 (RFC 9562), or leave the id out and get one."


class CursorInvalid(Invalid):
    code = "cursor.invalid"
    title = "The cursor was not made by this list"
    remedy = (
        "Send `next_cursor` (in GraphQL `endCursor`) as it was given, with the same sort;"
        " or start without one."
    )


class ParameterUnknown(Invalid):
    code = "parameter.unknown"
    title = "There is no such query parameter here"
    remedy = "Send only parameters that the API reference names for this address."


class ParameterRepeated(Invalid):
    code = "parameter.repeated"
    title = "A query parameter that is sent once was sent more than once"
    remedy = "Send it once; only filters that are lists may be repeated."


class ZoneUnknown(Invalid):
    code = "time_zone.unknown"
    title = "The time zone is not known"
    remedy = "Send an IANA name such as Europe/Zurich."


class TextUnstorable(Invalid):
    code = "text.unstorable"
    title = "A text holds the character U+0000"
    remedy = "Take the character out."


class NameInvisible(Invalid):
    code = "name.invisible"
    title = "A name holds no character that can be seen"
    remedy = "Send letters, numbers or signs, not only spaces and control characters."


class RedirectUnfit(Invalid):
    code = "redirect_uri.unfit"
    title = "People cannot be sent back to this address"
    remedy = "Send a whole https address, or a loopback address for an application on a device."


class OriginUnfit(Invalid):
    code = "origin.unfit"
    title = "This is no origin of a browser"
    remedy = "Send a scheme, a host and perhaps a port, such as https://app.example.ch."


class AddressUnfit(Invalid):
    code = "address.unfit"
    title = "This is no range of addresses"
    remedy = "Send an address or a range in CIDR notation, such as 192.0.2.0/24."


class NetworkUnknown(Invalid):
    code = "network.unknown"
    title = "There is no such network"
    remedy = "Choose a key from GET /v1/networks."


class TimePast(Invalid):
    code = "time.past"
    title = "The moment is in the past"
    remedy = "Choose a later one, or publish at once with `now`."


class TimeAfterValidity(Invalid):
    code = "time.after_validity"
    title = "What the post says does not hold then any more"
    remedy = "Plan it for earlier, or say at PATCH /v1/posts/{id}/upkeep until when it holds."


class TimeMissing(Invalid):
    code = "time.missing"
    title = "The post has no planned time"
    remedy = "Send wall_time, or `now` to publish at once."


class RoleUnfit(Invalid):
    code = "role.unfit"
    title = "Role, role_id and communities do not fit together"
    remedy = "Send role_id with the role custom alone, and no communities for an owner."


class LeadOutside(Invalid):
    code = "department.lead_outside"
    title = "Who leads a department is in it"
    remedy = "Put the lead among its members."


class RuleUnfit(Invalid):
    code = "recurrence.rule_unfit"
    title = "The rule cannot be followed"
    remedy = "Mend each fault; POST /v1/recurrences/preview tells what a rule comes to."


class PostEmpty(Invalid):
    code = "post.without_target"
    title = "The post names no account"
    remedy = "Give it at least one variant."


class PostUnfit(Invalid):
    code = "post.unfit"
    title = "A network would not take the post"
    remedy = "Mend each fault; POST /v1/posts/validate judges without storing."
    acting_party = "user"


class RightsExpired(PostUnfit):
    code = "media.rights_expired"
    title = "The right to publish a file ends before the post goes out, or does not hold there"
    remedy = "Renew the right or the consent at the file, or take the file out of the post."


class QuoteUnpublished(PostUnfit):
    code = "quote.unpublished"
    title = "A post or delivery that is quoted is not public there"
    remedy = "Publish it there first, quote an address, or quote nothing."


class ImportUnreadable(Invalid):
    code = "import.unreadable"
    title = "The file cannot be read as posts"
    remedy = "Send UTF-8: CSV with a heading, or one JSON object a line; `errors` says where."


class ImportColumnsUnfit(Invalid):
    code = "import.columns_unfit"
    title = "The heading does not name the columns of posts"
    remedy = "Name `title` and the other columns as the API reference does, each once."


class PasswordWeak(Invalid):
    code = "password.weak"
    title = "The password is short, known from breaches or soon guessed"
    remedy = "Choose a longer one, such as four words that do not belong together."
    acting_party = "user"


class ClientUnknown(Invalid):
    code = "client.unknown"
    title = "No such application works here"
    remedy = "Check the client_id; a suspended application is not known either."


class RedirectUnknown(Invalid):
    code = "redirect_uri.unknown"
    title = "The application did not register this address to come back to"
    remedy = "Send one of its redirect_uris, to the letter."


class AskedMalformed(Invalid):
    code = "authorisation.malformed"
    title = "The application asks in a way that cannot be read"
    remedy = "Send each parameter once, in printable letters of ASCII."


class AskedNoLonger(Invalid):
    code = "authorisation.over"
    title = "This request is decided or too old"
    remedy = "Go back to the application; where it does not go on, begin again there."
    acting_party = "user"


class DeviceUnknown(Invalid):
    code = "device.unknown"
    title = "No device waits with this code"
    remedy = "Read the letters on the device once more; they change after some minutes."
    acting_party = "user"


class Conflict(ParvisError): ...


class AlreadyExists(Conflict):
    code = "already_exists"
    title = "One like it exists already"
    remedy = "Change the one that is there, or make this one differ from it."


class IdTaken(Conflict):
    code = "id.taken"
    title = "The id was used before, with another content"
    remedy = "Make a new id for a new thing."


class InUse(Conflict):
    code = "in_use"
    title = "Something else still needs it"
    remedy = "Remove what uses it first."


class OwnerLast(Conflict):
    code = "owner.last"
    title = "A workspace always has an owner"
    remedy = "Make somebody else an owner first."
    acting_party = "user"


class AddressUnproved(Conflict):
    code = "email.unproved"
    title = "The e-mail address was not proved yet"
    remedy = "Follow the link in the mail that was sent to it; another is sent from `/account`."
    acting_party = "user"


class WorkspacesSpent(Conflict):
    code = "workspace.too_many"
    title = "The person owns as many workspaces as one may"
    remedy = "Hand one over to somebody else first."
    acting_party = "user"


class ClockReal(Conflict):
    code = "clock.real"
    title = "The workspace is live, and goes by the real clock"
    remedy = "Found a workspace of the kind `test`; its clock can be put ahead."


class ClockAdvancing(Conflict):
    code = "clock.advancing"
    title = "The clock is on its way already"
    remedy = "Wait until it has arrived, or stop it where it is."
    is_retryable = True


class NetworkReal(Conflict):
    code = "network.real"
    title = "A test workspace reaches no real network"
    remedy = "Connect an account of the sandbox, or use a live workspace."


class KeyReused(Conflict):
    code = "idempotency_key.reused"
    title = "The Idempotency-Key was used for another request"
    remedy = "Use one key for one request."


class KeyBusy(Conflict):
    code = "idempotency_key.in_progress"
    title = "A request with this Idempotency-Key is still running"
    remedy = "Wait a moment and send it again."
    is_retryable = True


class NotAllowedNow(Conflict):
    code = "state.not_allowed"
    title = "Its state does not allow this"
    remedy = "Read it again; its state says what is possible."


class MentionGone(Conflict):
    code = "mention.gone"
    title = "The mention is gone on its network"
    remedy = "Leave it: nobody reads an answer to it, and only its network brings it back."
    acting_party = "user"


class AnswerRepeated(Conflict):
    code = "answer.repeated"
    title = "The mention was answered in the same words just now"
    remedy = "Read the answer that is named; to say it again on purpose, send `is_repeat`."


class MoveRefused(Conflict):
    code = "idea.move_refused"
    title = "The idea cannot go from its state to that one"
    remedy = "Choose one of its `next_states`."
    acting_party = "user"

    def __init__(self, state: str, allowed: Sequence[str], *, at: str) -> None:
        super().__init__(f"From {state} it goes to {' or '.join(allowed)}.", at=at)


class DeliveryUnderWay(Conflict):
    code = "post.going_out"
    title = "The post is going out at this moment"
    remedy = "Wait for the outcome, then edit or withdraw."
    is_retryable = True


class AlreadyPublished(Conflict):
    code = "post.published"
    title = "The post is public"
    remedy = "Change it with POST /v1/posts/{id}/edit, or take it back with …/withdraw."


class PartsGone(Conflict):
    code = "post_version.parts_gone"
    title = "Some of what the version shows is there no longer"
    remedy = (
        "Send the rest of it to the post with PATCH; `errors` (in GraphQL `faults`) points at what"
        " of the version is gone."
    )


class NotApproved(Conflict):
    code = "post.not_approved"
    title = "The post says what was not approved"
    remedy = "Submit it at POST /v1/posts/{id}/reviews; schedule it once it is approved."
    acting_party = "user"


class PublishingPaused(Conflict):
    code = "publishing.paused"
    title = "A pause keeps it from going out"
    remedy = "End the pause at POST /v1/pauses/{id}/end; what is overdue is decided there."
    acting_party = "user"


class PublishingMissed(Conflict):
    code = "publishing.missed"
    title = "It could not go out when it was due"
    remedy = "Send it all the same by a retry, schedule it for another time, or cancel it."
    acting_party = "user"


class PublishingExpired(Conflict):
    code = "publishing.expired"
    title = "What it says held only until a moment that is over"
    remedy = (
        "Say at PATCH /v1/posts/{id}/upkeep until when it holds, then send it by a retry or "
        "schedule it; or cancel it."
    )
    acting_party = "user"


class DeliveryStopped(Conflict):
    code = "delivery.stopped"
    title = "It was stopped when some of its messages were out already"
    remedy = "Send the rest by a retry, or take back what is out with POST /v1/posts/{id}/withdraw."
    acting_party = "user"


class DeliveryNotThere(Conflict):
    code = "delivery.not_there"
    title = "Somebody looked, and it is not there"
    remedy = "Send it by a retry, or cancel it; what is half out is taken back by a withdrawal."
    acting_party = "user"


class PauseOverdue(Conflict):
    code = "pause.overdue"
    title = "Something should have gone out meanwhile"
    remedy = "Send `overdue`: `publish` it now, `skip` it, or `ask` for each."
    acting_party = "user"


class PostOnHold(Conflict):
    code = "post.on_hold"
    title = "The post is on legal hold: nobody changes it and nothing of it goes out"
    remedy = "Ask whoever may hold posts to release it: POST /v1/posts/{id}/release."
    acting_party = "user"


class CandidateAccepted(Conflict):
    code = "candidate.accepted"
    title = "The candidate was accepted already"
    remedy = "Read it again: it names the idea or the post that it became."
    acting_party = "user"


class QueuePaused(Conflict):
    code = "queue.paused"
    title = "The queue of this calendar is paused"
    remedy = "Resume the queue, or schedule the post at a time of its own."
    acting_party = "user"


class QueueFull(Conflict):
    code = "queue.full"
    title = "No slot that suits the post is free"
    remedy = "Add slots to the calendar, or schedule the post at a time of its own."
    acting_party = "user"


class VariationMissing(Conflict):
    code = "variation.none_left"
    title = "Every variation was said too lately"
    remedy = "Add a variation to the recurrence, or shorten its spacing_days."
    acting_party = "user"


class OffsetWrong(Conflict):
    code = "upload.offset_wrong"
    title = "The bytes do not go on where the upload stands"
    remedy = "Ask for `Upload-Offset` with HEAD, and go on from there."

    def __init__(self, offset: int) -> None:
        super().__init__(f"It stands at {offset}.")


class RangeOutside(Conflict):
    code = "range.outside"
    title = "The file ends before the bytes that were asked for"
    remedy = "Ask for bytes of the file: `Content-Range` tells how many it has."

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"It has {size_bytes:,} bytes.")
        self.size_bytes = size_bytes


class UploadBusy(Conflict):
    code = "upload.busy"
    title = "Another request is sending bytes of this upload"
    remedy = "Wait a moment, ask for `Upload-Offset` with HEAD, and go on from there."
    is_retryable = True


class ChecksumWrong(Conflict):
    code = "upload.checksum_wrong"
    title = "The bytes are not those that the checksum was made of"
    remedy = "Send them again from the same offset: none of them was kept."
    is_retryable = True


class UploadIncomplete(Conflict):
    code = "upload.incomplete"
    title = "The file is not there, or not as heavy as was announced"
    remedy = "Send it whole to the URL that was given, then complete the upload again."


class DirectUnavailable(Conflict):
    code = "upload.direct_unavailable"
    title = "Files are kept on the house's own disk: there is no object store to send them to"
    remedy = "Send the file by tus to /v1/uploads, or as a form to /v1/media."
    acting_party = "operator"


class AccountDisconnected(Conflict):
    code = "account.disconnected"
    title = "The account is not connected"
    remedy = "Connect the account again, then retry."
    acting_party = "user"


class AccountRemoved(AccountDisconnected):
    code = "account.removed"
    title = "The account was removed"
    remedy = "Connect the account again as a new one."


class FilterUnmatched(Conflict):
    code = "filter.unmatched"
    title = "It was named, and another filter leaves it out"
    remedy = "Name it alone, or leave the other filters out."


class AddressElsewhere(Invalid):
    code = "delivery.address_elsewhere"
    title = "No message of this account is seen at this address"
    remedy = "Send the address on the account's own network and server, or the message's id."
    acting_party = "user"


class AccountAwaited(Conflict):
    code = "account.awaited"
    title = "Messages wait for the account"
    remedy = "Send `waiting`: they `fail` at once, so that their posts are seen to, or `cancel`."
    acting_party = "user"


class AbilityMissing(Conflict):
    code = "network.ability_missing"
    title = "The network cannot do this"
    remedy = "Read its abilities at GET /v1/networks/{key}."


class ConsentLinkInvalid(Missing):
    code = "consent.link_invalid"
    title = "This way to a network is not known, was used or has run out"
    remedy = "Begin a new consent."
    acting_party = "user"


class Stale(ParvisError): ...


class VersionStale(Stale):
    code = "version.stale"
    title = "It was changed since you read it"
    remedy = "Read it again and send its new ETag in If-Match (in GraphQL `expectedVersion`)."


class ProtocolUnknown(Stale):
    code = "upload.protocol_unknown"
    title = "The version of tus is missing, or not spoken here"
    remedy = "Send `Tus-Resumable: 1.0.0`; OPTIONS tells what is spoken."


class Conditional(ParvisError): ...


class VersionMissing(Conditional):
    code = "version.missing"
    title = "If-Match is missing"
    remedy = "Send the ETag you read in If-Match, so that no change is lost."


class TooLarge(ParvisError): ...


class HeadTooLarge(TooLarge):
    code = "head.too_large"
    title = "The address and headers are too large"
    remedy = "Send 64 KiB of them at most; long GraphQL documents go into the body of a POST."


class BodyTooLarge(TooLarge):
    code = "body.too_large"
    title = "The body is too large"
    remedy = "Send less at once; files go to /v1/media or, piece by piece, to /v1/uploads."


class MediaTooLarge(TooLarge):
    code = "media.too_large"
    title = "The file is too large"
    remedy = "Send a smaller file."


class ImportTooLarge(TooLarge):
    code = "import.too_large"
    title = "The file is too large"
    remedy = "Split it: each file becomes an import of its own."


class Unsupported(ParvisError): ...


class BodyUnsupported(Unsupported):
    code = "body.unsupported"
    title = "The body is of a type that is not taken here"
    remedy = "Send the Content-Type that the API reference names."


class MediaUnsupported(Unsupported):
    code = "media.unsupported"
    title = "The file is of no kind that can be published"
    remedy = "Send a JPEG, PNG, GIF or WebP image or an MP4 video."


class PictureTooLarge(MediaUnsupported):
    code = "media.too_many_pixels"
    title = "The picture has more pixels than any network takes"
    remedy = "Make it smaller and send it again."
    acting_party = "user"


class Limited(ParvisError):
    """`until` is when to come back."""

    is_retryable = True

    def __init__(self, message: str = "", *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class RateExceeded(Limited):
    code = "rate.exceeded"
    title = "Too many requests"
    remedy = "Wait as long as Retry-After says."


class Away(ParvisError):
    is_retryable = True
    acting_party = "operator"


class DependencyAway(Away):
    code = "dependency.away"
    title = "A service behind the api does not answer"
    remedy = "Try again in a moment, a change under its Idempotency-Key: it may have been made."
