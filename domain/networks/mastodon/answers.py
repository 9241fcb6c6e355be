"""The parts of Mastodon's answers that we read (https://docs.joinmastodon.org/entities/)."""

from pydantic import JsonValue, RootModel

from domain.connector.heard import Heard, Id, Moment, Words


class Failure(Heard):
    error: str = ""
    error_description: str = ""


class Account(Heard):
    id: str
    acct: str
    display_name: str | None = None
    url: str | None = None
    avatar: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    statuses_count: int | None = None


class Attachment(Heard):
    """`url` is null as long as the server works on the file."""

    id: str
    url: str | None = None


class Quoted(Heard):
    id: str


class Quote(Heard):
    quoted_status: Quoted | None = None


class QuoteApproval(Heard):
    current_user: str = ""


class PollOption(Heard):
    title: str


class Poll(Heard):
    expires_at: Moment | None = None
    options: tuple[PollOption, ...] = ()


class Status(Heard):
    """Pixelfed says null of a picture without words (its issue 5364, read 2026-11-29)."""

    id: Id
    uri: str | None = None
    url: str | None = None
    created_at: Moment
    account: Account
    content: Words = ""
    spoiler_text: Words = ""
    visibility: str = "public"
    language: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    media_attachments: tuple[Attachment, ...] = ()
    quote: Quote | None = None
    quote_approval: QuoteApproval | None = None
    poll: Poll | None = None
    favourites_count: int | None = None
    reblogs_count: int | None = None
    replies_count: int | None = None
    quotes_count: int | None = None


class Notification(Heard):
    id: str
    type: str
    created_at: Moment
    account: Account
    status: Status | None = None


class Placed(Heard):
    """Where an entry of a list stands, whatever else it is."""

    id: str


class Statuses(RootModel[tuple[Status, ...]]):
    """Lists are models of their own: made once, not at every answer."""


class Found(Heard):
    statuses: tuple[Status, ...] = ()


class Listed(RootModel[tuple[JsonValue, ...]]):
    """A list whose entries are read one by one."""


class StatusLimits(Heard):
    max_characters: int | None = None
    max_media_attachments: int | None = None
    characters_reserved_per_url: int | None = None


class MediaLimits(Heard):
    image_size_limit: int | None = None
    video_size_limit: int | None = None
    image_matrix_limit: int | None = None
    video_matrix_limit: int | None = None
    description_limit: int | None = None


class PollLimits(Heard):
    max_options: int | None = None
    max_characters_per_option: int | None = None
    min_expiration: int | None = None
    max_expiration: int | None = None


class Configuration(Heard):
    statuses: StatusLimits = StatusLimits()
    media_attachments: MediaLimits = MediaLimits()
    polls: PollLimits = PollLimits()


class Instance(Heard):
    """The second and the first version in one: `domain` was `uri`, and Pleroma counts `toots`."""

    domain: str | None = None
    uri: str | None = None
    max_toot_chars: int | None = None
    configuration: Configuration = Configuration()


class Done(Heard):
    """An answer of which nothing is read."""
