"""What notifications tell, as items: posts, each with what it answers, and likes."""

from dataclasses import dataclass, field

from domain.connector.errors import Refused
from domain.connector.words import InboxItem, InboxKind
from domain.networks.discourse.answers import Notification, Post
from domain.networks.discourse.cursor import Cursor
from domain.networks.discourse.people import only_named, profile_of
from domain.networks.discourse.progress import url_of
from domain.networks.discourse.wire import Server


@dataclass(frozen=True, slots=True)
class Reading:
    """`known` is None for a first one; `named` are posts that a notification names."""

    server: Server
    own: str
    known: Cursor | None
    named: frozenset[str]
    ids: dict[tuple[int, int], str] = field(default_factory=dict)
    """Of posts, by topic and number."""


async def item_of(reading: Reading, kind: InboxKind, post: Post) -> InboxItem:
    root = reading.server.root
    return InboxItem(
        kind=kind,
        remote_id=post.id,
        author=profile_of(post, root),
        said_at=post.created_at,
        text=post.raw,
        url=url_of(root, post.topic_slug, post.topic_id, post.post_number),
        about=await _answered(reading, post),
    )


def like_of(server: Server, told: Notification, post_id: str) -> InboxItem | None:
    username = told.data.username or told.data.display_username
    if username is None:
        return None
    return InboxItem(
        kind=InboxKind.LIKE,
        remote_id=f"like:{post_id}:{username.lower()}",
        author=only_named(username, server.root),
        said_at=told.created_at,
        about=post_id,
    )


async def _answered(reading: Reading, post: Post) -> str | None:
    """The post it answers; a reply to nobody answers the topic's first."""
    if post.post_number == 1:
        return None
    place = post.topic_id, post.reply_to_post_number or 1
    if place not in reading.ids:
        path = f"/posts/by_number/{place[0]}/{place[1]}.json"
        try:
            reading.ids[place] = (await reading.server.read(path, Post)).id
        except Refused:
            return None
    return reading.ids[place]
