"""What a feed holds, in the words all its formats share."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

MOST_TEXT = 20_000
MOST_ID = 500
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class NotAFeed(ValueError):
    """The document is no feed, or so broken that nothing of it can be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. `at` is when it was published, else changed; None when the feed does not say."""

    id: str
    title: str | None
    text: str
    url: str | None
    author: str | None
    author_url: str | None
    language: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Feed:
    """One document. `is_whole` is false where it was broken and only partly read."""

    title: str | None
    url: str | None
    """The site it belongs to."""
    entries: tuple[Entry, ...]
    is_whole: bool = True


def clean(text: str | None, *, most: int = MOST_TEXT) -> str:
    """The text without characters that nobody can show or store, and not endless."""
    return _UNSTORABLE.sub("", text or "").strip()[:most]


def web_url(url: str | None) -> str | None:
    """The url when it is one of the web; others, such as `javascript:`, are dropped."""
    found = clean(url, most=2000)
    try:
        parts = urlsplit(found)
    except ValueError:
        return None
    return found if parts.scheme in {"http", "https"} and parts.netloc else None


def identity(guid: str | None, url: str | None, *content: str | None) -> str:
    """What makes an entry itself: its guid, else its address, else its content."""
    given = clean(guid) or clean(url)
    if given and len(given) <= MOST_ID:
        return given
    whole = given or "\n".join(each or "" for each in content)
    return f"sha256:{sha256(whole.encode()).hexdigest()}"


def told_apart(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries, known by their addresses where one guid stands on several of them.

    Feeds whose guid is the site's address would else have one entry for good.
    """
    listed = tuple(entries)
    places = defaultdict[str, set[str | None]](set)
    for each in listed:
        places[each.id].add(each.url)
    return tuple(
        replace(each, id=identity(each.url, None, each.title, each.text))
        if len(places[each.id]) > 1
        else each
        for each in listed
    )
