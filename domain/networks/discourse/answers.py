"""The parts of Discourse's answers that we read (https://docs.discourse.org, read 2026-11-26)."""

from pydantic import JsonValue

from domain.connector.heard import Heard, Id, Moment


class Failure(Heard):
    errors: tuple[str, ...] = ()
    message: str = ""
    error_type: str = ""


class User(Heard):
    id: str
    username: str
    name: str | None = None
    avatar_template: str | None = None
    post_count: int | None = None


class Session(Heard):
    current_user: User


class UserPage(Heard):
    user: User


class SiteSettings(Heard):
    """What a forum's own pages are told; every setting may be missing."""

    max_post_length: int | None = None
    max_image_size_kb: int | None = None


class Action(Heard):
    """What of one kind was done to a post; kind 2 is a like."""

    id: int
    count: int = 0


class Post(Heard):
    id: Id
    topic_id: int
    post_number: int
    username: str
    name: str | None = None
    avatar_template: str | None = None
    created_at: Moment
    raw: str = ""
    topic_slug: str = ""
    post_type: int = 1
    """1 is what people say."""
    reply_to_post_number: int | None = None
    deleted_at: Moment | None = None
    user_deleted: bool = False
    actions_summary: tuple[Action, ...] | None = None
    reply_count: int | None = None
    quote_count: int | None = None
    reads: int | None = None

    @property
    def is_said(self) -> bool:
        return self.post_type == 1 and self.deleted_at is None and not self.user_deleted


class Edited(Heard):
    post: Post


class Made(Heard):
    """What came of a post: itself, or that moderators must look at it first."""

    action: str | None = None
    id: Id | None = None
    topic_id: int | None = None
    post_number: int | None = None
    topic_slug: str = ""


class Stream(Heard):
    posts: tuple[Post, ...] = ()


class Topic(Heard):
    id: int
    post_stream: Stream = Stream()


class Entries(Heard):
    posts: tuple[JsonValue, ...] = ()


class Excerpt(Heard):
    """Of a topic: a list whose entries are read one by one."""

    post_stream: Entries = Entries()


class Upload(Heard):
    short_url: str
    width: int | None = None
    height: int | None = None


class Done(Heard):
    """Of what somebody did, what tells where: `user_actions`."""

    post_id: str | None = None
    created_at: Moment


class Deeds(Heard):
    user_actions: tuple[Done, ...] = ()


class Told(Heard):
    """What a notification says of the post it is about."""

    original_post_id: str | None = None
    username: str | None = None
    display_username: str | None = None


class Notification(Heard):
    id: int
    notification_type: int
    created_at: Moment
    topic_id: int | None = None
    post_number: int | None = None
    slug: str | None = None
    data: Told = Told()


class Notifications(Heard):
    """A list whose entries are read one by one."""

    notifications: tuple[JsonValue, ...] = ()
