"""Reads what is new in a feed.

The cursor is JSON: where to ask, what the server said of its version, and fingerprints of the
entries that were handed out, as feeds keep no order and often no dates. Of an entry with a date
there are two: of what it says under its id, as what says something else now is handed out again,
and of what it is without it, as a site that moves or is rebuilt gives all its entries other ids at
once.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from domain.connector.dialects.moments import aware
from domain.connector.errors import Unavailable
from domain.connector.http import Http, Reply
from domain.connector.words import Access, Inbox, InboxItem, InboxKind, Profile
from domain.kernel.clock import as_kept
from domain.networks.feed.entries import Entry, Feed, NotAFeed
from domain.networks.feed.wire import Fetched, fetch_there_or_at_home, read_feed

MOST_SEEN = 500
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_BEFORE_US = timedelta(days=1)
"""How old undated entries of a first reading are told to be: they were there before it."""


class Place(BaseModel):
    """The cursor, read."""

    model_config = ConfigDict(frozen=True)

    url: str
    etag: str = ""
    modified: str = ""
    seen: tuple[str, ...] = ()
    """Newest first, at most two for each of `MOST_SEEN`."""


async def read(http: Http, access: Access, cursor: str | None) -> Inbox:
    place = Place(url=access.server) if cursor is None else Place.model_validate_json(cursor)
    fetched = await fetch_there_or_at_home(
        http, place.url, access.server, etag=place.etag, modified=place.modified
    )
    if not fetched.is_news:
        moved = place.model_copy(update={"url": fetched.url})
        return Inbox(items=(), cursor=moved.model_dump_json())
    try:
        feed = await read_feed(fetched)
    except NotAFeed as error:
        raise Unavailable("What the feed's address shows now is no feed.") from error
    age = _BEFORE_US if cursor is None else timedelta(0)
    entries = _in_order(feed, _answered_at(fetched.reply), age)
    seen = frozenset(place.seen)
    items = tuple(
        _item(entry, at, feed, access) for entry, at in entries if seen.isdisjoint(_marks(entry))
    )
    marks = [mark for entry, _ in reversed(entries) for mark in _marks(entry)]
    return Inbox(items=items, cursor=_next(fetched, feed, [*marks, *place.seen]).model_dump_json())


def _next(fetched: Fetched, feed: Feed, seen: Iterable[str]) -> Place:
    """A feed that came broken is asked for anew: no version of it is remembered."""
    headers = fetched.reply.headers if feed.is_whole else {}
    return Place(
        url=fetched.url,
        etag=headers.get("etag", ""),
        modified=headers.get("last-modified", ""),
        seen=tuple(dict.fromkeys(seen))[: 2 * MOST_SEEN],
    )


def _in_order(
    feed: Feed, answered_at: datetime | None, age: timedelta
) -> list[tuple[Entry, datetime]]:
    """Every entry once with its moment, oldest first, and of a huge feed only the newest.

    Feeds list the newest first: entries of one moment keep that order. No entry is later than the
    answer that brought it, and undated ones, among the newest, are older than that by `age`.
    """
    once = {entry.id: entry for entry in reversed(feed.entries)}
    newest = answered_at or max((e.at for e in once.values() if e.at), default=_LONG_AGO)
    dated = [(entry, entry.at or newest) for entry in once.values()]
    if answered_at is not None:
        dated = [(entry, min(at, answered_at)) for entry, at in dated]
    kept = sorted(dated, key=_moment)[-MOST_SEEN:]
    return sorted(((each, at if each.at else at - age) for each, at in kept), key=_moment)


def _moment(dated: tuple[Entry, datetime]) -> datetime:
    return dated[1]


def _item(entry: Entry, at: datetime, feed: Feed, access: Access) -> InboxItem:
    name = entry.author or feed.title or access.handle
    return InboxItem(
        kind=InboxKind.ENTRY,
        remote_id=entry.id,
        author=Profile(
            # Many sites give all who write there the address of the site.
            remote_id=f"{entry.author_url} {name}" if entry.author_url else name,
            handle=name,
            display_name=name,
            url=entry.author_url or feed.url,
        ),
        said_at=at,
        text=entry.text,
        title=entry.title,
        language=entry.language,
        url=entry.url,
    )


def _marks(entry: Entry) -> tuple[str, ...]:
    if entry.at is None:
        return (_mark(entry.id),)
    place, words = urlsplit(entry.url or ""), (entry.title or "", entry.text)
    parts = (place.path, place.query, *words, entry.at.isoformat())
    return _mark("\n".join((entry.id, *words))), _mark("\n".join(parts))


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _answered_at(reply: Reply) -> datetime | None:
    """By the server's own clock; None when it told no time."""
    for name in ("date", "last-modified"):
        try:
            at = parsedate_to_datetime(reply.headers.get(name, ""))
        except (ValueError, OverflowError):
            continue
        return as_kept(aware(at))
    return None
