"""The parts of Instagram's answers that we read.

https://developers.facebook.com/docs/instagram-platform/reference/instagram-media and
…/instagram-graph-api/reference/ig-user, …/ig-comment, read 2026-11-28.
"""

from domain.connector.dialects.graph import Listed
from domain.connector.heard import Heard, Moment


class Person(Heard):
    """An account: `user_id` is what Instagram's own login calls its id."""

    id: str = ""
    user_id: str | None = None
    username: str
    name: str | None = None
    profile_picture_url: str | None = None


class Page(Heard):
    """A Page and the professional account that it is connected with."""

    instagram_business_account: Person | None = None


class Counts(Heard):
    followers_count: int | None = None
    follows_count: int | None = None
    media_count: int | None = None


class Described(Heard):
    media_type: str = ""
    alt_text: str | None = None


class Children(Heard):
    data: tuple[Described, ...] = ()


class Comment(Heard):
    """A comment, or an answer to one; who wrote it is told to those who may know it."""

    id: str
    text: str = ""
    timestamp: Moment
    username: str = ""
    replies: Listed = Listed(data=())


class Post(Heard):
    """A picture, a reel or several of them; what stands in no list that we ask for is missing."""

    id: str
    caption: str | None = None
    timestamp: Moment | None = None
    permalink: str | None = None
    media_type: str = ""
    username: str = ""
    alt_text: str | None = None
    children: Children = Children()
    comments: Listed = Listed(data=())


class Liked(Heard):
    """Totals of a post, or of a comment; what its owner hides is missing."""

    like_count: int | None = None
    comments_count: int | None = None


class Address(Heard):
    permalink: str | None = None


class Value(Heard):
    value: int | None = None


class Insight(Heard):
    name: str
    values: tuple[Value, ...] = ()


class Config(Heard):
    quota_total: int | None = None


class Quota(Heard):
    quota_usage: int = 0
    config: Config = Config()
