"""Entries of JSON Feeds (https://www.jsonfeed.org/version/1.1/, read 2026-11-22), as plain text."""

import json

from pydantic import JsonValue, ValidationError

from domain.connector.heard import Heard
from domain.connector.plain import plain


class Item(Heard):
    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None

    @property
    def text(self) -> str:
        told = self.content_text or plain(self.content_html or "") or self.summary or ""
        return "\n".join(filter(None, (self.title or "", told)))


class Document(Heard):
    version: str
    items: tuple[JsonValue, ...] = ()


def json_entry(body: bytes, entry: str) -> str | None:
    """The text of the item with this id or address; None: it shows none. Raises `ValueError`."""
    try:
        document = Document.model_validate(json.loads(body.decode("utf-8-sig")))
    except RecursionError as error:
        raise ValueError("this is no JSON Feed") from error
    if "jsonfeed.org/version/" not in document.version:
        raise ValueError("this JSON is no JSON Feed")
    for raw in document.items:
        try:
            item = Item.model_validate(raw)
        except ValidationError:
            continue
        if entry in {str(item.id), item.url, item.external_url}:
            return item.text
    return None
