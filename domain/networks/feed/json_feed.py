"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/, read 2026-11-22)."""

import json
from datetime import UTC, datetime

from pydantic import JsonValue, ValidationError

from domain.connector.heard import Heard
from domain.connector.links import joined
from domain.networks.feed.entries import Entry, Feed, NotAFeed, clean, identity, web_url
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
    author: Author | None = None
    authors: tuple[Author, ...] = ()
    language: str | None = None


class Document(Heard):
    version: str
    title: str | None = None
    home_page_url: str | None = None
    language: str | None = None
    author: Author | None = None
    authors: tuple[Author, ...] = ()
    items: tuple[JsonValue, ...] = ()


def parse_json_feed(body: bytes, url: str) -> Feed:
    """The feed; items that make no sense are left out. Raises `NotAFeed`."""
    try:
        document = Document.model_validate(json.loads(body.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise NotAFeed("this is no JSON Feed") from error
    if "jsonfeed.org/version/" not in document.version:
        raise NotAFeed("this JSON is no JSON Feed")
    entries = [_entry(item, document, url) for item in document.items]
    found = tuple(entry for entry in entries if entry is not None)
    return Feed(
        title=clean(document.title) or None,
        url=web_url(joined(url, document.home_page_url or "")),
        entries=found,
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
    authors = [*item.authors, item.author, *document.authors, document.author]
    author = next((each for each in authors if each and each.name), Author())
    return Entry(
        id=identity(item.id, link, item.title, text),
        title=clean(item.title) or None,
        text=text,
        url=web_url(joined(url, link)) if link else None,
        author=clean(author.name, most=200) or None,
        author_url=web_url(author.url),
        language=clean(item.language or document.language, most=35) or None,
        at=_moment(item.date_published) or _moment(item.date_modified),
    )


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
