"""Reads notifications from a cursor on, oldest first.

They name posts and do not hold them, so each is read, and what it answers, and what was said before
it in its topic (`collapsed`); a page is short. Where the forum asks us to slow down amid a page,
what was read of it is handed out: a user's own key has fewer calls a minute than a page may take.
"""

from domain.connector.errors import RateLimited, Refused
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind
from domain.networks.discourse.answers import Notification, Notifications, Post
from domain.networks.discourse.collapsed import KINDS, said_before
from domain.networks.discourse.cursor import Cursor
from domain.networks.discourse.items import Reading, item_of, like_of
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
    server, known = server_of(http, access), None if cursor is None else Cursor.read(cursor)
    listed = await _listed(server, known)
    newer = [each for each in listed if known is None or each.id > known.id]
    named = frozenset(each.data.original_post_id or "" for each in listed)
    reading = Reading(server, access.remote_id, known, named)
    page = newer[-_PAGE:] if known is None else newer[:_PAGE]
    items, reached = await _read(reading, page)
    is_left = known is not None and newer and reached.id < newer[-1].id
    return Inbox(items, reached.written(), has_more=bool(is_left))


async def _read(reading: Reading, page: list[Notification]) -> tuple[tuple[InboxItem, ...], Cursor]:
    """What notifications tell, and how far they were read. Raises `RateLimited` at the first."""
    found, reached = dict[tuple[InboxKind, str], InboxItem](), reading.known or Cursor()
    for told in page:
        try:
            items = await _items(reading, told)
        except RateLimited:
            if told is page[0]:
                raise
            break
        found |= {(item.kind, item.remote_id): item for item in items}
        reached = Cursor(told.id, told.created_at)
    return tuple(found.values()), reached


async def _listed(server: Server, known: Cursor | None) -> list[Notification]:
    """What came after a cursor, and what was before it on the last page; oldest first."""
    found: dict[int, Notification] = {}
    for number in range(1 if known is None else _LISTS):
        query = (("limit", str(_LISTED)), ("offset", str(number * _LISTED)))
        listed = await server.read("/notifications.json", Notifications, query)
        page = understood(listed.notifications, Notification)
        found |= {each.id: each for each in page}
        is_reached = any(known is not None and each.id <= known.id for each in page)
        if is_reached or len(listed.notifications) < _LISTED:
            break
    return [found[id_] for id_ in sorted(found)]


async def _items(reading: Reading, told: Notification) -> list[InboxItem]:
    """None for what has no post, or one that is gone, or hidden from us by now (403)."""
    kind, post_id = _KINDS.get(told.notification_type), told.data.original_post_id
    if kind is None or post_id is None:
        return []
    if kind is InboxKind.LIKE:
        like = like_of(reading.server, told, post_id)
        return [] if like is None else [like]
    try:
        post = await reading.server.read(f"/posts/{post_id}.json", Post)
        before = await _before(reading, told, post)
        return [
            *[await item_of(reading, InboxKind.REPLY, each) for each in before],
            await item_of(reading, kind, post),
        ]
    except Refused:
        return []


async def _before(reading: Reading, told: Notification, post: Post) -> list[Post]:
    """What others said before it since the last reading, and no notification names."""
    if reading.known is None or told.notification_type not in KINDS:
        return []
    said = await said_before(reading.server, post, since=reading.known.since)
    reading.ids.update({(each.topic_id, each.post_number): each.id for each in said})
    return [
        each
        for each in said
        if each.is_said and each.username.lower() != reading.own and each.id not in reading.named
    ]
