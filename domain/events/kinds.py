"""Every kind of event that is ever written: what happened, to what, and what its `data` carries.

One table, longer than files are, as readers of the log look for one. What is written no longer
stays in it as long as the log may keep rows of it, and its sentence says so.
"""

from typing import Self

from domain.events.subjects import SubjectKind
from domain.kernel.words import Word

CHANGE = "changed, previous, current"
STATE = "previous, state"
TROUBLE = "code, account, next_at"
REVIEW = "post, post_version, previous, current"
IMPORT = "total, done, made, refused, removed, kept"
VERSION = "network, handle, code, message, said, acting_party, sunset_at"


class EventKind(Word):
    """What happened, in the past tense: `post.published`, and what `data` may carry."""

    data: tuple[str, ...]
    subjects: tuple[SubjectKind, ...]

    ACCOUNT_ACTION_REQUIRED = (
        "account.action_required",
        "It is locked out until a person logs in again.",
        "network, handle, code",
    )
    ACCOUNT_CHANGED = (
        "account.changed",
        "What is said of it has changed, here or on its network.",
        f"network, handle, {CHANGE}",
    )
    ACCOUNT_CONNECTED = "account.connected", "It can speak.", "network, handle"
    ACCOUNT_CONNECTION_FAILED = (
        "account.connection_failed",
        "Its login was refused.",
        "network, handle, code, state",
    )
    ACCOUNT_CREATED = "account.created", "It was added; its login is tried.", "network"
    ACCOUNT_RECONNECTING = "account.reconnecting", "A new login is tried."
    ACCOUNT_REMOVED = "account.removed", "It is gone, what it published stays."
    ACCOUNT_VERSION_ENDING = (
        "account.version_ending",
        "Its network will end the version that is spoken to it.",
        VERSION,
    )
    ACCOUNT_VERSION_GONE = (
        "account.version_gone",
        "Its network has ended the version that is spoken to it.",
        VERSION,
    )
    ACCOUNT_VERSION_MENDED = (
        "account.version_mended",
        "A version that lasts is spoken to its network again.",
        "network, handle",
    )
    ALBUM_ARRANGED = "album.arranged", "Files were put into it, or moved in it.", "media"
    ALBUM_CHANGED = "album.changed", "Its values have changed.", CHANGE
    ALBUM_CREATED = "album.created", "It was made."
    ALBUM_REMOVED = "album.removed", "It is gone, its files stay."
    ALBUM_THINNED = "album.thinned", "Files were taken out of it.", "media"
    API_KEY_CREATED = "api_key.created", "It was made.", "name, scopes"
    API_KEY_REVOKED = "api_key.revoked", "It opens nothing any more.", "name"
    APPLICATION_CHANGED = "application.changed", "Its values have changed.", CHANGE
    APPLICATION_REGISTERED = "application.registered", "It was registered."
    APPLICATION_REMOVED = "application.removed", "It is gone, and what it held has ended.", "name"
    APPLICATION_RESUMED = "application.resumed", "It is let in again.", CHANGE
    APPLICATION_SECRET_MADE = "application.secret_made", "It has another secret.", "secret"
    APPLICATION_SECRET_REVOKED = "application.secret_revoked", "A secret has ended.", "secret"
    APPLICATION_SUSPENDED = "application.suspended", "It is shut out.", CHANGE
    APPROVAL_POLICY_CHANGED = "approval_policy.changed", "Its values have changed.", CHANGE
    APPROVAL_POLICY_CREATED = "approval_policy.created", "It was made."
    APPROVAL_POLICY_REMOVED = "approval_policy.removed", "It is gone and asks for nothing more."
    AUDIT_EXPORTED = (
        "audit.exported",
        "The audit trail was taken away, narrowed as `data` says.",
        "actors, kinds, subject_kinds, subjects, since, until",
        "workspace",
    )
    CALENDAR_CHANGED = "calendar.changed", "Its values have changed.", CHANGE
    CALENDAR_CREATED = "calendar.created", "It was made."
    CALENDAR_REMOVED = (
        "calendar.removed",
        "It is gone, and with it its pillars, slots, calendar feeds, pauses and imports.",
    )
    CALENDAR_FEED_CREATED = (
        "calendar_feed.created",
        "It can be read by whoever holds its link.",
        "calendar_id, name, shows_drafts, shows_text",
    )
    CALENDAR_FEED_REVOKED = (
        "calendar_feed.revoked",
        "Its link leads nowhere any more.",
        "calendar_id, name, shows_drafts, shows_text",
    )
    CAMPAIGN_CHANGED = "campaign.changed", "Its values have changed.", CHANGE
    CAMPAIGN_CREATED = "campaign.created", "It was made."
    CAMPAIGN_REMOVED = "campaign.removed", "It is gone."
    CANDIDATE_ACCEPTED = "candidate.accepted", "It became an idea or a post.", "idea, post"
    CANDIDATE_DISMISSED = "candidate.dismissed", "Nothing is made of it."
    CANDIDATE_PICKED = "candidate.picked", "Somebody picked it among the mentions."
    CANDIDATES_RECEIVED = (
        "candidates.received",
        "New entries of a feed became candidates.",
        "candidate_ids",
        "account",
    )
    COMMUNITY_CHANGED = "community.changed", "Its values have changed.", CHANGE
    COMMUNITY_CREATED = "community.created", "It was made."
    COMMUNITY_REMOVED = "community.removed", "It is gone, and with it its consents."
    CONSENT_BEGUN = "consent.begun", "A person is to be led to a network's page.", "network"
    CONSENT_CANCELLED = "consent.cancelled", "It was called off."
    CONSENT_CHOOSING = (
        "consent.choosing",
        "Several pages or the like are let in; one is chosen next.",
    )
    CONSENT_CHOSEN = "consent.chosen", "One was chosen; a worker goes on."
    CONSENT_DONE = "consent.done", "The account that came of it is connected.", "account_id"
    CONSENT_EXPIRED = "consent.expired", "Nobody came back in time."
    CONSENT_FAILED = "consent.failed", "No account came of it.", "code"
    CONSENT_OPENED = "consent.opened", "The network's page waits for the person."
    CONSENT_RETURNED = "consent.returned", "The person came back; a worker goes on."
    CONTACT_CHANGED = "contact.changed", "Its values have changed.", CHANGE
    CONTACT_CREATED = "contact.created", "It was made."
    CONTACT_REMOVED = "contact.removed", "It is gone."
    DELIVERY_CANCELLED = "delivery.cancelled", "It will not go out.", "code, account"
    DELIVERY_CONTENT_DRIFT = (
        "delivery.content_drift",
        "The network shows something else than was sent.",
        "account, post, codes, previous",
    )
    DELIVERY_CONTENT_DRIFT_ACCEPTED = (
        "delivery.content_drift_accepted",
        "It may stay as the network shows it.",
        "account, codes",
    )
    DELIVERY_CONTENT_DRIFT_RESOLVED = (
        "delivery.content_drift_resolved",
        "The network shows what was sent again.",
        "account, post, codes, previous",
    )
    DELIVERY_DONE = "delivery.done", "It arrived.", "kind, account, url"
    DELIVERY_FAILED = "delivery.failed", "It did not arrive, and is not tried again.", TROUBLE
    DELIVERY_HELD = (
        "delivery.held",
        "It may not go out for now: `code` says why.",
        "code, account, post, pause, media",
    )
    DELIVERY_PLANNED = "delivery.planned", "An answer goes out at once."
    DELIVERY_RETRIED = "delivery.retried", "It is sent again."
    DELIVERY_SETTLED = "delivery.settled", "A person ended the doubt about it.", "is_published"
    DELIVERY_SKIPPED = "delivery.skipped", "It came too late and will not go out.", "account"
    DELIVERY_UNKNOWN = "delivery.unknown", "It may have arrived, and is looked up.", TROUBLE
    DELIVERY_WAITING = "delivery.waiting", "It did not arrive, and is tried again.", TROUBLE
    DELIVERY_WITHDRAWN = "delivery.withdrawn", "What it brought out was taken back.", "account"
    DEPARTMENT_CHANGED = "department.changed", "Its values have changed.", CHANGE
    DEPARTMENT_CREATED = "department.created", "It was made.", "current"
    DEPARTMENT_REMOVED = "department.removed", "It is gone, its members stay.", "previous"
    EVENT_CALENDAR_CHANGED = (
        "event_calendar.changed",
        "Its values have changed, and with them when its occasions are proposed.",
        CHANGE,
    )
    EVENT_CALENDAR_CREATED = "event_calendar.created", "It is followed."
    EVENT_CALENDAR_READ = (
        "event_calendar.read",
        "Its occasions have changed; the first of each sort are named.",
        "counts, added, changed, removed",
    )
    EVENT_CALENDAR_RECOVERED = "event_calendar.recovered", "It can be read again."
    EVENT_CALENDAR_REMOVED = (
        "event_calendar.removed",
        "It is followed no more, and with it go its occasions.",
    )
    EVENT_CALENDAR_TROUBLED = "event_calendar.troubled", "It cannot be read.", "code, message"
    EXPERT_REQUEST_ANSWERED = "expert_request.answered", "The expert has answered."
    EXPERT_REQUEST_REMINDED = "expert_request.reminded", "The expert has a new link.", "subject"
    EXPERT_REQUEST_SENT = "expert_request.sent", "An expert is asked.", "subject"
    EXPERT_REQUEST_WITHDRAWN = "expert_request.withdrawn", "It was taken back.", "subject"
    GRANT_GIVEN = (
        "grant.given",
        "A member let an application in.",
        "client_id, name, scopes, communities",
    )
    GRANT_REVOKED = (
        "grant.revoked",
        "The application is shut out, and its tokens with it.",
        "client_id, name",
    )
    GRANT_TOKENS_REVOKED = (
        "grant.tokens_revoked",
        "Tokens have ended, as one was used twice.",
        "reason, client_id",
    )
    IDEA_ANIMATED = "idea.animated", "The community is talking.", CHANGE
    IDEA_CHANGED = "idea.changed", "Its values have changed.", CHANGE
    IDEA_CLOSED = "idea.closed", "Nothing more comes of it.", CHANGE
    IDEA_CREATED = "idea.created", "It was thought of, or an occasion is near.", "occasion"
    IDEA_DRAFTED = "idea.drafted", "A post was made of it.", "post"
    IDEA_IDEA = "idea.idea", "It is back where ideas begin.", CHANGE
    IDEA_OPEN = "idea.open", "It is ready to be talked over.", CHANGE
    IDEA_POST_LINKED = "idea.post_linked", "A post belongs to it.", "post"
    IDEA_POST_UNLINKED = "idea.post_unlinked", "A post belongs to it no more.", "post"
    IDEA_REMOVED = "idea.removed", "It is gone."
    IDEA_SUMMARISED = "idea.summarised", "What came of it is written down.", CHANGE
    IMPORT_CANCELLED = "import.cancelled", "It was stopped; what was made stays."
    IMPORT_CREATED = "import.created", "It was sent.", "calendar_id, total, is_dry_run"
    IMPORT_DONE = "import.done", "All its rows were read.", IMPORT
    IMPORT_UNDO_ASKED = "import.undo_asked", "What it made is being removed."
    IMPORT_UNDONE = "import.undone", "What it made was removed, as far as it could be.", IMPORT
    IMPORT_WENT_ON = (
        "import.went_on",
        "Some of its posts were made, or removed.",
        f"{IMPORT}, posts",
    )
    INVITATION_ACCEPTED = "invitation.accepted", "A member came of it.", "member_id"
    INVITATION_RESENT = "invitation.resent", "It has a new link."
    INVITATION_REVOKED = "invitation.revoked", "Its link leads nowhere any more."
    INVITATION_SENT = "invitation.sent", "Somebody is invited.", "current"
    MEDIA_ADDED = "media.added", "It is there."
    MEDIA_CHANGED = "media.changed", "Its values have changed, and its renditions'.", CHANGE
    MEDIA_PROBED = "media.probed", "Its facts are known."
    MEDIA_REMOVED = "media.removed", "It is gone, and with it its media consents and operations."
    MEDIA_RIGHTS_ENDING = "media.rights_ending", "It may be used only until then.", "rights_end_at"
    MEDIA_UNREADABLE = "media.unreadable", "It could not be read as what it says it is."
    MEDIA_CONSENT_ADDED = "media_consent.added", "It was noted.", "media_id"
    MEDIA_CONSENT_CHANGED = "media_consent.changed", "Its values have changed.", CHANGE
    MEDIA_CONSENT_REMOVED = "media_consent.removed", "It is gone.", "media_id"
    MEMBER_ADDED = "member.added", "They have a seat.", "current"
    MEMBER_CHANGED = "member.changed", "Their seat, or what is said of them, has changed.", CHANGE
    MEMBER_JOINED = "member.joined", "They can sign in to the seat they had.", "current"
    MEMBER_REMOVED = (
        "member.removed",
        "Their seat is gone, and with it their grants, tokens and API keys.",
        "previous",
    )
    MENTION_ANSWER_PLANNED = (
        "mention.answer_planned",
        "An answer to it goes out at once.",
        "answer_id, delivery_id",
    )
    MENTION_ANSWERED = "mention.answered", "An answer to it is public.", "answer_id, delivery_id"
    MENTION_CHANGED = "mention.changed", "It was read, assigned or settled here.", CHANGE
    MENTIONS_CHANGED = (
        "mentions.changed",
        "They say something else on their network now.",
        "mention_ids",
        "account",
    )
    MENTIONS_DELETED = (
        "mentions.deleted",
        "They are gone on their network; those that were open are so no longer.",
        "mention_ids",
        "account",
    )
    MENTIONS_MARKED = (
        "mentions.marked",
        "They were read, assigned or settled together; the event is about the first of them.",
        "mention_ids, changed, current",
        "mention",
    )
    MENTIONS_RECEIVED = (
        "mentions.received",
        "They came in; `baseline_ids` are those from before the account was read.",
        "mention_ids, baseline_ids",
        "account",
    )
    METRICS_RECUT = (
        "metrics.recut",
        "Its days were counted anew in its time zone.",
        "",
        "calendar, community",
    )
    METRICS_SAMPLED = (
        "metrics.sampled",
        "Its numbers were read, and those of posts.",
        "sampled_at, posts, metrics, samples",
        "account",
    )
    OCCASION_NEAR = (
        "occasion.near",
        "The day on which it is proposed has come.",
        "event_calendar_id, community_id, title, starts_on, starts_at, propose_on",
    )
    OPERATION_CANCELLED = "operation.cancelled", "It was called off."
    OPERATION_CREATED = "operation.created", "It was asked for.", "media_id, network"
    OPERATION_DONE = "operation.done", "Its result is there.", "media_id, network, result_id"
    OPERATION_FAILED = "operation.failed", "It could not be done.", "media_id, network"
    PAUSE_BEGUN = (
        "pause.begun",
        "Nothing of what it names goes out.",
        "community_id, calendar_id, account_id, reason, under_way",
    )
    PAUSE_ENDED = "pause.ended", "What is planned goes out again.", "overdue, decided"
    PILLAR_CHANGED = "pillar.changed", "Its values have changed.", CHANGE
    PILLAR_CREATED = "pillar.created", "It was made."
    PILLAR_REMOVED = "pillar.removed", "It is gone."
    POST_APPROVAL_LOST = "post.approval_lost", "It says what nobody approved.", "post_version"
    POST_APPROVED = "post.approved", "What it says is approved.", "post_version"
    POST_CANCELLED = "post.cancelled", "It was called off before it went out.", STATE
    POST_CHANGED = "post.changed", "Its values have changed.", CHANGE
    POST_CHECK_DUE = "post.check_due", "Somebody was to look by now.", "update, checker"
    POST_CONFIRMED = "post.confirmed", "What is public of it still holds.", "next_check_at"
    POST_CREATED = "post.created", "It was made, as a draft."
    POST_EDIT_ASKED = "post.edit_asked", "Public copies are to say something else.", "accounts"
    POST_EDITED = "post.edited", "A public copy says something else.", "account, url"
    POST_EXPIRED = "post.expired", "It held only until now.", "update, checker"
    POST_FAILED = "post.failed", "It arrived nowhere.", STATE
    POST_GOING_OUT = "post.going_out", "It is on its way, at least in part.", STATE
    POST_HELD = "post.held", "It is on legal hold: nothing of it changes.", "reason"
    POST_PARTIALLY_PUBLISHED = (
        "post.partially_published",
        "It is public on some of its accounts, not on the others.",
        STATE,
    )
    POST_PUBLISHED = "post.published", "It arrived wherever it was sent.", STATE
    POST_RELEASED = "post.released", "It is on legal hold no more.", "reason, held_by"
    POST_REMOVED = "post.removed", "It is gone, and with it its reviews, sources and updates."
    POST_REPLANNED = (
        "post.replanned",
        "It goes out at another moment, by new rules of its time zone.",
        f"{CHANGE}, zone_rules",
    )
    POST_RESCHEDULED = "post.rescheduled", "It was moved with others.", CHANGE
    POST_RETRIED = "post.retried", "What failed of it is sent again.", "deliveries"
    POST_SCHEDULED = "post.scheduled", "It goes out at its moment.", f"publish_at, {STATE}"
    POST_UNKNOWN = "post.unknown", "Nobody knows yet whether all of it arrived.", STATE
    POST_UPKEEP_CHANGED = "post.upkeep_changed", "The dates of its upkeep have changed.", CHANGE
    POST_UPKEEP_REPLANNED = (
        "post.upkeep_replanned",
        "Dates of its upkeep have moved, by new rules of its time zone.",
        f"{CHANGE}, zone_rules",
    )
    POST_WITHDRAWAL_ASKED = "post.withdrawal_asked", "Public copies are taken back.", "accounts"
    POST_WITHDRAWN = "post.withdrawn", "It was public and was taken back.", STATE
    QUEUE_PAUSED = "queue.paused", "Its queue hands nothing out.", "", "calendar"
    QUEUE_RESUMED = "queue.resumed", "Its queue fills its slots again.", "", "calendar"
    RECURRENCE_CHANGED = "recurrence.changed", "Its values have changed.", CHANGE
    RECURRENCE_CREATED = "recurrence.created", "It was made."
    RECURRENCE_HINDERED = (
        "recurrence.hindered",
        "A post of it could not be made.",
        "code, occurs_at",
    )
    RECURRENCE_NEEDS_VARIATION = (
        "recurrence.needs_variation",
        "A post of it would say the same again.",
        "code, occurs_at",
    )
    RECURRENCE_RECOVERED = "recurrence.recovered", "All its posts could be made again."
    RECURRENCE_REMOVED = "recurrence.removed", "It is gone, and what was still to come of it."
    RECURRENCE_SKIPPED = "recurrence.skipped", "One occurrence is left out.", "occurs_at"
    RECURRENCE_SPLIT = "recurrence.split", "Another goes on in its place.", "into, occurs_at"
    REVIEW_APPROVED = "review.approved", "All its steps are approved.", f"{REVIEW}, is_by_link"
    REVIEW_ASKED_AGAIN = (
        "review.asked_again",
        "It was submitted by itself, as words of the post had changed.",
        "post, asked",
    )
    REVIEW_DELEGATED = "review.delegated", "Somebody else is asked.", f"{REVIEW}, asked"
    REVIEW_ESCALATED = "review.escalated", "Its time is over: others are told.", f"{REVIEW}, asked"
    REVIEW_LAPSED = "review.lapsed", "Nothing asks for it any more.", REVIEW
    REVIEW_OUTDATED = "review.outdated", "The post says something else by now.", REVIEW
    REVIEW_REFUSED = "review.refused", "Somebody refused.", f"{REVIEW}, is_by_link"
    REVIEW_RELEASED = "review.released", "Whom it asked by name may decide it no longer.", CHANGE
    REVIEW_REMINDED = "review.reminded", "Whom it asks have new links.", f"{REVIEW}, asked"
    REVIEW_SEEN = "review.seen", "Whom it asks has looked.", "post_version, is_by_link"
    REVIEW_STEP_APPROVED = (
        "review.step_approved",
        "A step is approved, and the next one asked.",
        f"{REVIEW}, asked, is_by_link",
    )
    REVIEW_SUBMITTED = "review.submitted", "The first step is asked.", "post, asked"
    REVIEW_WITHDRAWN = "review.withdrawn", "It was taken back.", REVIEW
    ROLE_CHANGED = "role.changed", "Its values have changed.", CHANGE
    ROLE_CREATED = "role.created", "It was made.", "current"
    ROLE_REMOVED = "role.removed", "It is gone.", "previous"
    SIGN_IN_PROVIDER_ADDED = "sign_in_provider.added", "Members may sign in there.", "name, issuer"
    SIGN_IN_PROVIDER_CHANGED = (
        "sign_in_provider.changed",
        "Its values have changed.",
        "changed, previous",
    )
    SIGN_IN_PROVIDER_REMOVED = (
        "sign_in_provider.removed",
        "Nobody signs in there any more.",
        "name, issuer",
    )
    SLOT_CHANGED = "slot.changed", "Its values have changed.", "changed"
    SLOT_CREATED = "slot.created", "It was made."
    SLOT_REMOVED = "slot.removed", "It is gone."
    SOURCE_ALTERED = "source.altered", "How it is watched has changed.", CHANGE
    SOURCE_CHANGED = "source.changed", "The page says something else.", "post, url, update"
    SOURCE_CREATED = "source.created", "The post rests on it.", "post, url"
    SOURCE_MOVE_ACCEPTED = (
        "source.move_accepted",
        "It is watched where the page moved to.",
        "post, url, previous",
    )
    SOURCE_MOVED = "source.moved", "The page moved, or is back.", "post, url, moved_to"
    SOURCE_RECOVERED = "source.recovered", "The page can be read again.", "post, url"
    SOURCE_REMOVED = "source.removed", "The post rests on it no more.", "post, url"
    SOURCE_TROUBLED = (
        "source.troubled",
        "The page cannot be read.",
        "post, url, code, message, acting_party",
    )
    TEST_CLOCK_ADVANCED = "test_clock.advanced", "The clock has arrived.", "to", "workspace"
    TEST_CLOCK_ADVANCING = "test_clock.advancing", "The clock runs ahead.", "from, to", "workspace"
    TOKEN_CREATED = "token.created", "It was made.", "name"
    TOKEN_REVOKED = "token.revoked", "It opens nothing any more.", "name"
    UPDATE_APPROVED = "update.approved", "It is carried out.", "post, reason"
    UPDATE_CHANGED = "update.changed", "Its values have changed.", CHANGE
    UPDATE_DISMISSED = "update.dismissed", "Nothing is done about it.", "post, reason, words"
    UPDATE_DONE = "update.done", "All of it is carried out.", "post, reason"
    UPDATE_PROPOSED = "update.proposed", "What is public may hold no more.", "post, reason, copies"
    UPLOAD_ARRIVED = "upload.arrived", "All its bytes are there and are being looked at."
    UPLOAD_COMPLETED = "upload.completed", "It became a media file.", "media_id"
    UPLOAD_CREATED = "upload.created", "Its bytes are awaited.", "way, size_bytes"
    UPLOAD_EXPIRED = "upload.expired", "It was not finished in time."
    UPLOAD_REFUSED = "upload.refused", "It is no file that is taken.", "code"
    UPLOAD_TERMINATED = "upload.terminated", "It was called off."
    WORK_RECOVERED = (
        "work.recovered",
        "Work that broke again and again went well.",
        "work, code, since",
        "delivery, post, review, source, update",
    )
    WORK_STUCK = (
        "work.stuck",
        "Work breaks again and again, and is put off.",
        "work, code, since",
        "delivery, post, review, source, update",
    )
    WORKSPACE_CHANGED = "workspace.changed", "Its name has changed.", "previous, current"
    WORKSPACE_CREATED = "workspace.created", "It was made."
    WORKSPACE_REPLANNED = (
        "workspace.replanned",
        "All its plans follow new rules of time zones.",
        "previous, current",
    )
    WORKSPACE_TRANSFERRED = "workspace.transferred", "Somebody else owns it.", "previous, current"

    def __new__(cls, value: str, told: str = "", data: str = "", of: str = "") -> Self:
        """`data` and `of` list names; the subject is the kind's first word where none is said."""
        names = tuple(data.split(", ")) if data else ()
        carried = f" `data`: {', '.join(f'`{name}`' for name in names)}." if names else ""
        about = f" Subject: {' or '.join(f'`{kind}`' for kind in of.split(', '))}." if of else ""
        member = str.__new__(cls, value)
        member._value_, member.told = value, told + carried + about
        kinds = of or value.partition(".")[0]
        member.data, member.subjects = names, tuple(map(SubjectKind, kinds.split(", ")))
        return member
