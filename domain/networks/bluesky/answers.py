"""The parts of Bluesky's answers that we read."""

from typing import Annotated

from pydantic import ConfigDict, JsonValue, StringConstraints
from pydantic.alias_generators import to_camel

from domain.connector.heard import Heard, Id, IfUnderstood, Moment


class Told(Heard):
    model_config = ConfigDict(alias_generator=to_camel)


class Failure(Told):
    error: str = ""
    message: str = ""


class Service(Told):
    id: str
    service_endpoint: JsonValue = None


class DidDocument(Told):
    service: tuple[Service, ...] = ()


class Session(Told):
    did: str
    handle: str
    access_jwt: str
    refresh_jwt: str
    did_doc: DidDocument | None = None
    active: bool = True


class Resolved(Told):
    did: str


class Strong(Told):
    """A record by its place (`uri`) and its content (`cid`)."""

    uri: Id
    cid: Id


class Applied(Told):
    results: tuple[Strong, ...] = ()
    """In the order of the writes."""


class ReplyRefs(Told):
    root: Strong
    parent: Strong


class PostRecord(Told):
    """What a person wrote. Nobody promises that it follows the lexicon.

    Bridges wrote answers without a `cid` (snarfed/bridgy-fed, issue 2023, read 2026-11-29).
    """

    text: str = ""
    langs: Annotated[tuple[str, ...] | None, IfUnderstood] = None
    reply: Annotated[ReplyRefs | None, IfUnderstood] = None
    created_at: str | None = None


class Stored(Told):
    uri: str
    cid: str
    value: PostRecord


class Uploaded(Told):
    blob: JsonValue


class Done(Told):
    """An answer of which nothing is read."""


class Person(Told):
    did: str
    handle: str
    display_name: str | None = None
    avatar: str | None = None


class Standing(Person):
    followers_count: int | None = None
    follows_count: int | None = None
    posts_count: int | None = None


class Notification(Told):
    uri: str
    author: Person
    reason: str
    reason_subject: str | None = None
    record: JsonValue = None
    indexed_at: Moment


class NotificationPage(Told):
    """`cursor` is kept as long as the page behind it is to be read."""

    notifications: tuple[JsonValue, ...]
    cursor: Annotated[str, StringConstraints(max_length=1000)] | None = None


class Viewing(Told):
    """What its author lets us do with a post; servers may leave it all out."""

    embedding_disabled: bool = False
    reply_disabled: bool = False


class PostView(Told):
    uri: str
    cid: str
    record: PostRecord
    viewer: Viewing = Viewing()
    like_count: int | None = None
    repost_count: int | None = None
    reply_count: int | None = None
    quote_count: int | None = None


class Posts(Told):
    posts: tuple[PostView, ...]
