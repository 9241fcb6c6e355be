"""Reads a document as the feed it is; feedparser sees bytes only and fetches nothing."""

import io
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from time import struct_time

import feedparser

from domain.networks.feed.entries import Entry, Feed, NotAFeed, clean, identity, web_url
from domain.networks.feed.json_feed import parse_json_feed
from domain.networks.feed.plain import plain

_MOST_NAME = 500
_NAMED = re.compile(r"^\S+@\S+\s+\((.+)\)$")


def parse(body: bytes, content_type: str, url: str) -> Feed:
    """The feed in a document that came from `url`, broken ones as far as they can be read.

    Raises `NotAFeed`. Large documents take a while: call it in a thread.
    """
    if "json" in content_type or body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return parse_json_feed(body, url)
    found = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": content_type, "content-location": url},
        resolve_relative_uris=False,
        # Markup is thrown away altogether, see `plain`.
        sanitize_html=False,
    )
    is_whole = not found.get("bozo") or _is_harmless(found.get("bozo_exception"))
    if not found.entries and (not found.get("version") or not is_whole):
        raise NotAFeed("this is no feed")
    language = _text(found.feed, "language")
    return Feed(
        title=clean(_plain(found.feed, "title")) or None,
        url=web_url(_text(found.feed, "link")),
        entries=tuple(_entry(each, language) for each in found.entries),
        is_whole=is_whole,
    )


def _entry(raw: Mapping[str, object], language: str | None) -> Entry:
    title, text = clean(_plain(raw, "title")), clean(_content(raw))
    link = _text(raw, "link")
    author, author_url = _author(raw)
    return Entry(
        id=identity(_text(raw, "id"), link, title, text),
        title=title or None,
        text=text,
        url=web_url(link),
        author=author,
        author_url=author_url,
        language=clean(_text(raw, "language") or language, most=35) or None,
        at=_moment(raw.get("published_parsed")) or _moment(raw.get("updated_parsed")),
    )


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
    return clean(named[1] if named else name, most=200) or None, web_url(_text(known, "href"))


def _text(raw: Mapping[str, object], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, struct_time):
        return None
    try:
        return datetime.fromtimestamp(timegm(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_harmless(error: object) -> bool:
    """Whether all that is wrong is the media type or the encoding that was declared."""
    return isinstance(error, feedparser.NonXMLContentType | feedparser.CharacterEncodingOverride)
