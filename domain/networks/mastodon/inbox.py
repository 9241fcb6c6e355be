"""Reads notifications from a cursor on, oldest first: the id of the newest one read."""

from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.plain import plain
from domain.connector.words import Access, Inbox, InboxItem, InboxKind
from domain.networks.mastodon.answers import Listed, Notification, Placed, Status
from domain.networks.mastodon.people import host_of, profile
from domain.networks.mastodon.wire import REST, server_of

_PAGE = 40
# Servers since 4.3 keep back what an account's policy filters, private mentions of strangers where
# nobody chose otherwise (https://docs.joinmastodon.org/methods/notifications/, read 2026-11-29).
_FILTERED = ("include_filtered", "true")
_KINDS = {
    "mention": InboxKind.MENTION,
    "quote": InboxKind.QUOTE,
    "favourite": InboxKind.LIKE,
    "reblog": InboxKind.REPOST,
    "follow": InboxKind.FOLLOW,
}


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    query = [("limit", str(_PAGE)), _FILTERED, *(("types[]", each) for each in _KINDS)]
    if cursor is not None:
        query.append(("min_id", cursor))
    listed = await server_of(http, access).read(f"{REST}/notifications", Listed, query)
    page = understood(listed.root, Notification)
    # Servers that do not know `min_id` or `types[]` send the newest of everything.
    newer = [each for each in page if cursor is None or _order(each.id) > _order(cursor)]
    newer.sort(key=lambda each: _order(each.id))
    items = tuple(_item(each, access) for each in newer if _is_ours(each))
    # Odd ones count as read, too: a page of them would be handed out for ever.
    read_to = {cursor or "0", *(each.id for each in understood(listed.root, Placed))}
    last = max(read_to, key=_order)
    is_full = cursor is not None and len(listed.root) >= _PAGE
    return Inbox(items, last, has_more=is_full and last != cursor)


def _order(notification_id: str) -> tuple[int, str]:
    """Ids grow: as numbers on Mastodon, as ULIDs of one length on GoToSocial."""
    return len(notification_id), notification_id


def _is_ours(notification: Notification) -> bool:
    is_about_status = notification.type != "follow"
    return notification.type in _KINDS and (notification.status is not None or not is_about_status)


def _item(notification: Notification, access: Access) -> InboxItem:
    author = profile(notification.account, host_of(access.handle))
    kind, status = _KINDS[notification.type], notification.status
    if status is None:
        said_at = notification.created_at
        return InboxItem(kind, f"{kind}:{author.remote_id}", author, said_at)
    if kind in (InboxKind.LIKE, InboxKind.REPOST):
        remote_id = f"{kind}:{status.id}:{author.remote_id}"
        return InboxItem(kind, remote_id, author, notification.created_at, about=status.id)
    if kind is InboxKind.MENTION and status.in_reply_to_account_id == access.remote_id:
        kind = InboxKind.REPLY
    return InboxItem(
        kind=kind,
        remote_id=status.id,
        author=author,
        said_at=status.created_at,
        text=_text(status),
        language=status.language,
        url=status.url or status.uri,
        about=_quoted(status) if kind is InboxKind.QUOTE else status.in_reply_to_id,
    )


def _text(status: Status) -> str:
    text = plain(status.content)
    return f"{status.spoiler_text}\n\n{text}" if status.spoiler_text else text


def _quoted(status: Status) -> str | None:
    return status.quote.quoted_status.id if status.quote and status.quote.quoted_status else None
