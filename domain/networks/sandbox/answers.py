"""What the sandbox network answers, as far as we read it."""

from pydantic import Field

from domain.connector.heard import Heard, Id, Moment
from domain.connector.manifest import IdempotencyClass


class Account(Heard):
    id: str
    handle: str
    display_name: str
    idempotency: IdempotencyClass
    text_maximum: int
    followers: int
    posts: int


class Session(Heard):
    access_token: str
    refresh_token: str
    expires_at: Moment | None
    account: Account


class Poll(Heard):
    options: tuple[str, ...]


class Post(Heard):
    id: Id
    handle: str
    text: str
    media: tuple[str, ...]
    poll: Poll | None = None
    quoted: str | None = None
    language: str | None
    reply_to: str | None
    root_id: str | None
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    url: str
    created_at: Moment


class Container(Heard):
    id: str
    post: Post | None


class Medium(Heard):
    id: str
    is_ready: bool


class Notice(Heard):
    number: int
    kind: str
    person: str
    about: str | None
    post: Post | None
    is_deleted: bool
    created_at: Moment


class Notices(Heard):
    data: tuple[Notice, ...]
    next: int
    has_more: bool


class Failing(Heard):
    code: str = ""
    message: str = ""


class Failure(Heard):
    error: Failing = Field(default_factory=Failing)
