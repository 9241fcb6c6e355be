"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/, read 2026-11-22)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import JsonValue, ValidationError

from domain.connector.heard import Heard, understood
from domain.connector.links import joined
from domain.networks.feed.ends import MOST_AT_AN_END
from domain.networks.feed.entries import Entry, Feed, NotAFeed, clean, identity, told_apart, web_url
from domain.networks.feed.plain import plain


class Author(Heard):
    name: str | None = None
    url: str | None = None


class Item(Heard):
    id: str | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    author: JsonValue = None
    authors: JsonValue = None
    language: str | None = None


class Document(Heard):
    version: str
    title: str | None = None
    home_page_url: str | None = None
    language: str | None = None
    author: JsonValue = None
    authors: JsonValue = None
    items: tuple[JsonValue, ...] | None = None
    """None where there are no items, as some libraries write an empty list."""


def parse_json_feed(body: bytes, url: str) -> Feed:
    """The feed; items that make no sense are left out. Raises `NotAFeed`."""
    try:
        document = Document.model_validate(json.loads(body.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise NotAFeed("this is no JSON Feed") from error
    if "jsonfeed.org/version/" not in document.version:
        raise NotAFeed("this JSON is no JSON Feed")
    entries = [_entry(item, document, url) for item in _ends(document.items or ())]
    found = tuple(entry for entry in entries if entry is not None)
    return Feed(
        title=clean(document.title) or None,
        url=web_url(joined(url, document.home_page_url or "")),
        entries=told_apart(found),
        is_whole=len(found) == len(entries),
    )


def _entry(value: JsonValue, document: Document, url: str) -> Entry | None:
    try:
        item = Item.model_validate(value)
    except ValidationError:
        return None
    link = item.url or item.external_url
    text = clean(item.content_text) or clean(plain(item.content_html or ""))
    text = text or clean(item.summary)
    author = _author(item.authors, item.author, document.authors, document.author)
    return Entry(
        id=identity(item.id, link, item.title, text),
        title=clean(item.title) or None,
        text=text,
        url=web_url(joined(url, link)) if link else None,
        author=clean(author.name, most=200) or None,
        author_url=web_url(joined(url, author.url)) if author.url else None,
        language=clean(item.language or document.language, most=35) or None,
        at=_moment(item.date_published) or _moment(item.date_modified),
    )


def _ends(items: Sequence[JsonValue]) -> Sequence[JsonValue]:
    if len(items) <= 2 * MOST_AT_AN_END:
        return items
    return [*items[:MOST_AT_AN_END], *items[-MOST_AT_AN_END:]]


def _author(*told: JsonValue) -> Author:
    """The first who has a name, in a list or alone; an odd one hides nobody and no entry."""
    each = [one for some in told for one in (some if isinstance(some, list) else [some])]
    named: list[JsonValue] = [{"name": one} if isinstance(one, str) else one for one in each]
    return next((one for one in understood(named, Author) if one.name), Author())


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
