"""Facets: links, mentions and hashtags of a text, at UTF-8 byte offsets.

https://docs.bsky.app/docs/advanced-guides/post-richtext and @atproto/api's rich-text/detection,
read 2026-11-22.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import regex
from pydantic import JsonValue

from domain.connector.links import AFTER_ADDRESSES

_LINK = regex.compile(
    rf"(?<![A-Za-z0-9_@/.])https?://[^\s<>\"{AFTER_ADDRESSES}]+", regex.IGNORECASE
)
_LINK_END = regex.compile(r"[.,;:!?'”’»…]+$")
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_MENTION = regex.compile(rf"(?<![\w@/.])@((?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)")
_UNSEEN = "\u00ad\u2060\u200a\u200b\u200c\u200d\u20e2"
_TAG = regex.compile(
    rf"(?<=^|\s)[#＃]((?!\ufe0f)[^\s{_UNSEEN}]*[^\d\s\p{{P}}{_UNSEEN}]+[^\s{_UNSEEN}]*)"
)
_TAG_END = regex.compile(r"\p{P}+$")
_TAG_MAXIMUM = 64


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, in characters, and what it stands for."""

    start: int
    end: int
    value: str


def mentioned(text: str) -> list[str]:
    """Every handle the text mentions, once, in order."""
    return list(dict.fromkeys(span.value for span in _mentions(text)))


def facets(text: str, dids: Mapping[str, str]) -> list[JsonValue]:
    """The facets of a text; `dids` gives the account of each handle that exists.

    Where two would overlap, a link goes before a mention and a mention before a hashtag.
    """
    found: list[tuple[Span, JsonValue]] = [
        (span, {"$type": "app.bsky.richtext.facet#link", "uri": span.value})
        for span in _links(text)
    ]
    found += [
        (span, {"$type": "app.bsky.richtext.facet#mention", "did": dids[span.value]})
        for span in _mentions(text)
        if span.value in dids
    ]
    found += [
        (span, {"$type": "app.bsky.richtext.facet#tag", "tag": span.value}) for span in _tags(text)
    ]
    kept: list[tuple[Span, JsonValue]] = []
    for span, feature in found:
        if all(span.end <= other.start or other.end <= span.start for other, _ in kept):
            kept.append((span, feature))
    kept.sort(key=lambda each: each[0].start)
    return [_facet(text, span, feature) for span, feature in kept]


def _facet(text: str, span: Span, feature: JsonValue) -> JsonValue:
    start = len(text[: span.start].encode())
    end = start + len(text[span.start : span.end].encode())
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def _links(text: str) -> Iterator[Span]:
    for match in _LINK.finditer(text):
        url = _LINK_END.sub("", match[0])
        while url.endswith(")") and url.count(")") > url.count("("):
            url = _LINK_END.sub("", url[:-1])
        if len(url) > len("https://"):
            yield Span(match.start(), match.start() + len(url), url)


def _mentions(text: str) -> Iterator[Span]:
    for match in _MENTION.finditer(text):
        yield Span(match.start(), match.end(), match[1].lower())


def _tags(text: str) -> Iterator[Span]:
    for match in _TAG.finditer(text):
        tag = _TAG_END.sub("", match[1])
        if 0 < len(tag) <= _TAG_MAXIMUM:
            yield Span(match.start(), match.start() + 1 + len(tag), tag)
