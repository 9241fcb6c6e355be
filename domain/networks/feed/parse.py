"""Reads a document as the feed it is."""

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import struct_time

import feedparser

from domain.connector.dialects.moments import aware
from domain.connector.feeds import parse_feed
from domain.connector.links import joined
from domain.networks.feed.ends import ends_of
from domain.networks.feed.entries import Entry, Feed, NotAFeed, clean, identity, told_apart, web_url
from domain.networks.feed.json_feed import parse_json_feed
from domain.networks.feed.plain import plain

_MOST_NAME = 500
MOST_TAGS = 300_000
"""Markup of entries counted too. A thousand hostile ones take 20 ms of what others wait for."""
_NAMED = re.compile(r"^\S+@\S+\s+\((.+)\)$")


def parse(body: bytes, content_type: str, url: str) -> Feed:
    """The feed in a document that came from `url`, broken ones as far as they can be read.

    Raises `NotAFeed`. Large documents take a while: call it in a thread. The parser is not told
    where the document came from: what it makes of a relative guid would change with that.
    """
    if "json" in content_type or body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return parse_json_feed(body, url)
    document = ends_of(body)
    if document.count(b"<") > MOST_TAGS:
        raise NotAFeed(f"it has more than {MOST_TAGS:,} tags")
    found = parse_feed(document, content_type)
    is_whole = not found.get("bozo") or _is_harmless(found.get("bozo_exception"))
    if not found.entries and (not found.get("version") or not is_whole):
        raise NotAFeed("this is no feed")
    language, link = _text(found.feed, "language"), _text(found.feed, "link")
    return Feed(
        title=clean(_plain(found.feed, "title")) or None,
        url=web_url(joined(url, link)) if link else None,
        entries=told_apart(_entry(each, language, url) for each in found.entries),
        is_whole=is_whole,
    )


def _entry(raw: Mapping[str, object], language: str | None, url: str) -> Entry:
    title, text = clean(_plain(raw, "title")), clean(_content(raw))
    link = _link(raw)
    author, author_url = _author(raw)
    return Entry(
        id=identity(_text(raw, "id"), link, title, text),
        title=title or None,
        text=text,
        url=web_url(joined(url, link)) if link else None,
        author=author,
        author_url=web_url(joined(url, author_url)) if author_url else None,
        language=clean(_text(raw, "language") or language, most=35) or None,
        at=_moment(raw, "published") or _moment(raw, "updated"),
    )


def _link(raw: Mapping[str, object]) -> str | None:
    """Where an entry leads; a guid is taken for an address, as RSS has it, where it may be one."""
    link = _text(raw, "link")
    is_mere_name = link == _text(raw, "id") and "/" not in (link or "")
    return None if is_mere_name else link


def _content(raw: Mapping[str, object]) -> str:
    contents = raw.get("content")
    if isinstance(contents, list):
        for each in contents:
            if isinstance(each, Mapping) and each.get("value"):
                return _shown(each)
    return _plain(raw, "summary")


def _plain(raw: Mapping[str, object], name: str) -> str:
    detail = raw.get(f"{name}_detail")
    return _shown(detail) if isinstance(detail, Mapping) else _text(raw, name) or ""


def _shown(detail: Mapping[str, object]) -> str:
    value = _text(detail, "value") or ""
    return value if detail.get("type") == "text/plain" else plain(value)


def _author(raw: Mapping[str, object]) -> tuple[str | None, str | None]:
    detail = raw.get("author_detail")
    known = detail if isinstance(detail, Mapping) else {}
    name = _text(known, "name") or _text(raw, "author") or ""
    named = _NAMED.match(name[:_MOST_NAME])
    return clean(named[1] if named else name, most=200) or None, _text(known, "href")


def _text(raw: Mapping[str, object], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) else None


def _moment(raw: Mapping[str, object], name: str) -> datetime | None:
    """When something happened; a date that names no zone is taken for UTC."""
    if name not in raw:
        return None
    value = raw.get(f"{name}_parsed")
    try:
        if isinstance(value, struct_time):
            return datetime.fromtimestamp(timegm(value), UTC)
        return aware(parsedate_to_datetime(_text(raw, name) or "")).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_harmless(error: object) -> bool:
    """Whether all that is wrong is the media type or the encoding that was declared."""
    return isinstance(error, feedparser.NonXMLContentType | feedparser.CharacterEncodingOverride)
