"""Reads notifications from a cursor on, oldest first: the number of the newest one read.

They name posts and do not hold them, so each is read, and what it answers; a page is short.
"""

from domain.connector.errors import Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind
from domain.networks.discourse.answers import Notification, Notifications, Post
from domain.networks.discourse.people import only_named, profile_of
from domain.networks.discourse.progress import url_of
from domain.networks.discourse.wire import Server, server_of

_LISTED = 60
_LISTS = 20
_PAGE = 10
# https://github.com/discourse/discourse/blob/main/app/models/notification.rb, read 2026-11-26.
_KINDS = {
    1: InboxKind.MENTION,
    2: InboxKind.REPLY,
    3: InboxKind.QUOTE,
    5: InboxKind.LIKE,
    9: InboxKind.REPLY,
    15: InboxKind.MENTION,
    25: InboxKind.LIKE,
}


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    server = server_of(http, access)
    newer = await _newer(server, None if cursor is None else int(cursor))
    page = newer[-_PAGE:] if cursor is None else newer[:_PAGE]
    items = [await _item(server, each) for each in page if each.notification_type in _KINDS]
    last = str(page[-1].id) if page else cursor or "0"
    found = {(item.kind, item.remote_id): item for item in items if item is not None}
    return Inbox(tuple(found.values()), last, has_more=cursor is not None and len(newer) > _PAGE)


async def _newer(server: Server, after: int | None) -> list[Notification]:
    """What came after a notification, oldest first; without one, the newest of all."""
    found: dict[int, Notification] = {}
    for number in range(1 if after is None else _LISTS):
        query = (("limit", str(_LISTED)), ("offset", str(number * _LISTED)))
        listed = await server.read("/notifications.json", Notifications, query)
        page = understood(listed.notifications, Notification)
        found |= {each.id: each for each in page if after is None or each.id > after}
        is_reached = any(after is not None and each.id <= after for each in page)
        if is_reached or len(listed.notifications) < _LISTED:
            break
    return [found[id_] for id_ in sorted(found)]


async def _item(server: Server, told: Notification) -> InboxItem | None:
    """None for what has no post, or one that is gone, or hidden from us by now (403)."""
    kind, post_id = _KINDS[told.notification_type], told.data.original_post_id
    if post_id is None:
        return None
    if kind is InboxKind.LIKE:
        return _like(server, told, post_id)
    try:
        post = await server.read(f"/posts/{post_id}.json", Post)
        about = await _answered(server, post)
    except Refused:
        return None
    return InboxItem(
        kind=kind,
        remote_id=post.id,
        author=profile_of(post, server.root),
        said_at=post.created_at,
        text=post.raw,
        url=url_of(server.root, post.topic_slug, post.topic_id, post.post_number),
        about=about,
    )


def _like(server: Server, told: Notification, post_id: str) -> InboxItem | None:
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


async def _answered(server: Server, post: Post) -> str | None:
    """The post it answers; a reply to nobody answers the topic's first."""
    if post.post_number == 1:
        return None
    number = post.reply_to_post_number or 1
    try:
        path = f"/posts/by_number/{post.topic_id}/{number}.json"
        return (await server.read(path, Post)).id
    except Refused:
        return None
