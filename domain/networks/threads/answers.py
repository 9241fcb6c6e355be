"""The parts of the Threads API's answers that we read.

https://developers.facebook.com/docs/threads, read 2026-11-28.
"""

from pydantic import JsonValue

from domain.connector.heard import Heard, Moment


class Person(Heard):
    id: str
    username: str
    name: str | None = None
    threads_profile_picture_url: str | None = None


class Named(Heard):
    id: str


class Described(Heard):
    media_type: str = ""
    alt_text: str | None = None


class Children(Heard):
    data: tuple[Described, ...] = ()


class Said(Heard):
    """A post or an answer; what stands in no list that we ask for is missing."""

    id: str
    text: str = ""
    timestamp: Moment
    username: str = ""
    permalink: str | None = None
    media_type: str = ""
    alt_text: str | None = None
    has_replies: bool = False
    is_reply_owned_by_me: bool = False
    replied_to: Named | None = None
    root_post: Named | None = None
    children: Children = Children()
    poll_attachment: dict[str, JsonValue] | None = None


class Address(Heard):
    permalink: str | None = None


class Value(Heard):
    value: int | None = None


class Insight(Heard):
    """Totals of a post are `values`, those of a profile `total_value`."""

    name: str
    values: tuple[Value, ...] = ()
    total_value: Value = Value()


class Config(Heard):
    quota_total: int | None = None


class Quota(Heard):
    quota_usage: int = 0
    config: Config = Config()
    reply_quota_usage: int = 0
    reply_config: Config = Config()
