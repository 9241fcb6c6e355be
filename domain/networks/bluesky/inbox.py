"""Reads notifications, oldest first, none missed and none twice.

Bluesky lists the newest first. A reading walks down to what is known and hands out the lowest page
first; of the pages between it keeps the addresses only. The top has no address that stays, so it is
walked to afresh once the pages below are handed out. What arrives late, with an older time than the
newest we know, is found in the hour below the mark (see `cursor.py`).
"""

from dataclasses import dataclass

from pydantic import JsonValue, ValidationError

from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.networks.bluesky.answers import Notification, NotificationPage, Person, PostRecord
from domain.networks.bluesky.cursor import Cursor
from domain.networks.bluesky.places import post_url, profile_url
from domain.networks.bluesky.wire import Pds, pds_of

_PAGE = 100
_NEW_PAGES_WALKED, _PAGES_WALKED = 10, 1000
_MOST_PAGES = 2000
"""Above one another. A list that goes on below them is taken to end there."""
# Left out, it is as the account prefers in its app, which may leave all out that it does not follow
# (packages/bsky/src/api/app/bsky/notification/listNotifications.ts of
# https://github.com/bluesky-social/atproto, read 2026-11-29).
_EVERYBODY = ("priority", "false")
_KINDS = {
    "mention": InboxKind.MENTION,
    "reply": InboxKind.REPLY,
    "quote": InboxKind.QUOTE,
    "like": InboxKind.LIKE,
    "repost": InboxKind.REPOST,
    "follow": InboxKind.FOLLOW,
}
_WRITTEN = frozenset({InboxKind.MENTION, InboxKind.REPLY, InboxKind.QUOTE})


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    pds = pds_of(http, access)
    known = Cursor.read(cursor)
    if known is None:
        page = await _page(pds, None)
        known = Cursor.baseline(page.notifications, has_older=page.cursor is not None)
        return Inbox(_items(page.notifications), known.written())
    if known.pages and not known.is_walking:
        page = await _page(pds, known.pages[-1])
        fresh, known = known.after(page.notifications, pages=known.pages[:-1])
        return Inbox(_items(fresh), known.written(), has_more=True)
    return await _walk(pds, known)


async def _walk(pds: Pds, known: Cursor) -> Inbox:
    """The lowest page with something new; nothing yet when too many pages are new.

    Pages without news are few: the cursor remembers at most an hour, and a thousand fingerprints.
    Those without anything count as new ones: what stands below them nobody knows.
    """
    above: list[str] = list(known.pages[:-1])
    here = known.pages[-1] if known.pages else None
    lowest: Inbox | None = None
    news = 0
    for _ in range(_PAGES_WALKED):
        page = await _page(pds, here)
        fresh, then = known.after(page.notifications, pages=above)
        news += bool(fresh or not page.notifications)
        if fresh:
            lowest = Inbox(_items(fresh), then.written(), has_more=here is not None)
        # A server that points to where we are, or ever further, would have us ask for ever.
        is_last = page.cursor in (None, here, *above) or len(above) >= _MOST_PAGES
        if is_last or known.covers(page.notifications):
            return lowest or _nothing_new(known)
        above += [here] if here is not None else []
        here = page.cursor
        if news == _NEW_PAGES_WALKED:
            break
    known = known.model_copy(update={"pages": (*above, here), "is_walking": True})
    return Inbox((), known.written(), has_more=True)


def _nothing_new(known: Cursor) -> Inbox:
    """At the bottom, with nothing new on the way there since the reading before this one."""
    is_walking = known.is_walking
    known = known.model_copy(update={"pages": known.pages[:-1], "is_walking": False})
    return Inbox((), known.written(), has_more=is_walking)


@dataclass(frozen=True, slots=True)
class _Page:
    notifications: tuple[Notification, ...]
    cursor: str | None


async def _page(pds: Pds, below: str | None) -> _Page:
    parameters = [_EVERYBODY, ("limit", str(_PAGE))] + ([("cursor", below)] if below else [])
    told = await pds.query("app.bsky.notification.listNotifications", parameters, NotificationPage)
    return _Page(tuple(understood(told.notifications, Notification)), told.cursor)


def _items(newest_first: tuple[Notification, ...]) -> tuple[InboxItem, ...]:
    return tuple(_item(each) for each in reversed(newest_first) if each.reason in _KINDS)


def _item(notification: Notification) -> InboxItem:
    kind = _KINDS[notification.reason]
    post = _post(notification.record) if kind in _WRITTEN else PostRecord()
    answered = post.reply.parent.uri if post.reply else None
    return InboxItem(
        kind=kind,
        remote_id=notification.uri,
        author=_author(notification.author),
        said_at=notification.indexed_at,
        text=post.text,
        language=post.langs[0] if post.langs else None,
        url=post_url(notification.uri),
        about=_about(notification, kind, answered),
        root=post.reply.root.uri if post.reply else None,
    )


def _about(notification: Notification, kind: InboxKind, answered: str | None) -> str | None:
    if kind in (InboxKind.MENTION, InboxKind.REPLY):
        return answered
    return notification.reason_subject


def _post(record: JsonValue) -> PostRecord:
    try:
        return PostRecord.model_validate(record)
    except ValidationError:
        return PostRecord()


def _author(person: Person) -> Profile:
    return Profile(
        remote_id=person.did,
        handle=person.handle,
        display_name=person.display_name or None,
        url=profile_url(person.did),
        avatar_url=person.avatar,
    )
