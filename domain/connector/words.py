"""Our words for what networks hold: connectors translate into and out of these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import JsonValue

from domain.kernel.words import Word

Checkpoint = dict[str, JsonValue]
"""What a half-done delivery has reached; a connector's own keys, JSON all through."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody on a network: an account of ours or an author of theirs."""

    remote_id: str
    handle: str
    display_name: str | None = None
    url: str | None = None
    avatar_url: str | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What lets us act for an account; sealed wherever it rests. Refresh may be None."""

    access: str
    refresh: str | None = None
    expires_at: datetime | None = None
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Access:
    """An account as a connector needs it to speak for it."""

    server: str
    """Root of the server, without a slash at its end."""
    remote_id: str
    handle: str
    grant: Grant
    versions: Mapping[str, str] = field(default_factory=dict)
    """By the name of an api the version to speak; of one that is not there, its first."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a person typed to connect: the manifest's `login` fields, by name."""

    fields: dict[str, str]
    versions: Mapping[str, str] = field(default_factory=dict)
    """As in `Access`."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Limits a server gives for itself; None keeps the manifest's."""

    text_max: int | None = None
    media_max: int | None = None
    url_length: int | None = None
    image_max_bytes: int | None = None
    video_max_bytes: int | None = None
    image_max_pixels: int | None = None
    video_max_pixels: int | None = None
    alt_text_max: int | None = None
    poll_options_max: int | None = None
    poll_option_max: int | None = None
    poll_lasts_min_s: int | None = None
    poll_lasts_max_s: int | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """The outcome of a connection."""

    server: str
    profile: Profile
    grant: Grant
    measures: Measures = field(default_factory=Measures)


@dataclass(frozen=True, slots=True)
class Medium:
    """One picture or video, its bytes in memory."""

    content: bytes
    content_type: str
    file_name: str
    alt_text: str | None = None
    width: int | None = None
    height: int | None = None
    address: str | None = None
    """Where the network fetches it for a day, if it does (`Manifest.fetches_media`); None: this
    installation has no address that the internet reaches."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link card, as far as we know its content."""

    url: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Poll:
    """Options to vote for; the message's text is the question."""

    options: tuple[str, ...]
    duration: timedelta
    is_multiple: bool = False
    hides_totals: bool = False
    """Until it ends."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a thread; most drafts have one."""

    text: str
    media: tuple[Medium, ...] = ()
    link: Link | None = None
    quote_of: str | None = None
    """Address of a post that it quotes, where the network can (`Manifest.has_quotes`)."""
    poll: Poll | None = None


class Visibility(Word):
    """Who may see a message on its network."""

    PUBLIC = "public", "Everybody sees it, and it is listed."
    UNLISTED = "unlisted", "Everybody may see it; it is not listed."
    FOLLOWERS = "followers", "Only followers see it."
    DIRECT = "direct", "Only those who are named see it."


@dataclass(frozen=True, slots=True)
class Draft:
    """What shall go out, once. `key` is the same at every attempt and unique to the delivery."""

    key: str
    parts: tuple[Part, ...]
    language: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str | None = None
    reply_to: str | None = None
    """Remote id of the item this answers."""
    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    """What only this network has, in the shape its connector declares."""
    others: frozenset[str] = frozenset()
    """Remote ids of what else the account brought out of late: where a message is sought by its
    words, none of these is it."""


@dataclass(frozen=True, slots=True)
class Ref:
    """One thing on a network: its id over there and where people see it."""

    remote_id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What went out, first message first: one `Ref` for each part of the draft."""

    refs: tuple[Ref, ...]
    at: datetime | None = None
    """Of what a look-up found: since when its last message stands there; None: not told."""

    @property
    def remote_id(self) -> str:
        return self.refs[0].remote_id

    @property
    def url(self) -> str | None:
        return self.refs[0].url


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as its network shows it now; `text` is plain, as people read it."""

    remote_id: str
    text: str = ""
    alt_texts: tuple[str, ...] = ()
    """One for each picture and video that is shown, empty where it is not described."""
    is_exact: bool = False
    """Whether nothing else looks like media there, and descriptions are told as they were sent."""
    content_warning: str | None = None
    """Empty where there is none; None: the network does not tell."""
    language: str | None = None
    """None: the network does not tell."""
    options: tuple[str, ...] | None = None
    """Of its poll, empty where there is none; None: the network does not tell."""
    url: str | None = None
    edited_at: datetime | None = None
    is_gone: bool = False


class InboxKind(Word):
    """What somebody said or did towards an account."""

    MENTION = "mention", "Somebody named our account."
    REPLY = "reply", "Somebody answered us."
    QUOTE = "quote", "Somebody quoted us."
    LIKE = "like", "Somebody liked a post."
    REPOST = "repost", "Somebody passed a post on."
    FOLLOW = "follow", "Somebody follows our account."
    ENTRY = "entry", "An item of a feed we read."


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something said or done towards an account. Text is plain; times are UTC."""

    kind: InboxKind
    remote_id: str
    """Unique for the account and kind: a like without an id of its own makes one of its parts."""
    author: Profile
    said_at: datetime
    text: str = ""
    title: str | None = None
    language: str | None = None
    url: str | None = None
    about: str | None = None
    """Remote id of the item answered, quoted, liked or reposted."""
    root: str | None = None
    """Remote id of the first item of the thread."""
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page. `cursor` is handed back next time; `has_more` asks for a next page now."""

    items: tuple[InboxItem, ...]
    cursor: str | None
    has_more: bool = False


class Metric(StrEnum):
    """Running totals; followers, following and posts belong to accounts, the rest to posts."""

    LIKES = "likes"
    REPOSTS = "reposts"
    REPLIES = "replies"
    QUOTES = "quotes"
    VIEWS = "views"
    CLICKS = "clicks"
    SAVES = "saves"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    POSTS = "posts"


@dataclass(frozen=True, slots=True)
class Sample:
    """A running total at the moment of asking. A metric a network does not report is left out."""

    remote_id: str
    """Of the post, or of the account itself for account metrics."""
    metric: Metric
    total: int
    source_metric: str
    """The network's own name for it."""
