"""HTML of strangers, cut into text and tags in time proportional to its length.

`html.parser` of the Pythons we run on takes half a minute for 60 kB of `<a <a <a …`, in one breath
that stops everything else (CVE-2025-6069; measured 2026-11-26 on 3.11.7). This goes over the text
once, by the rules of https://html.spec.whatwg.org/multipage/parsing.html (read 2026-11-26): a tag
that never ends is dropped with all that follows. Replace it once all supported Pythons are mended.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_OPENS = re.compile(r"<(?:(?P<comment>!--)|(?P<end>/)?(?P<name>[a-zA-Z][^\s/>]*)|[!?/])")
_IN_TAG = re.compile(r">|=\s*([\"'])")
_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?"
)  # fmt: skip
_TOO_LONG = re.compile(r"&#[0-9]{8,};?")
"""Numbers that `unescape` may refuse to read; no character has one."""
_RAW = {
    name: re.compile(rf"</(?={name}[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "iframe", "noembed", "noframes")
}
"""What holds no text of ours, markup or not, up to its end tag."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag; its name in small letters."""

    name: str
    is_end: bool
    rest: str

    @property
    def is_empty(self) -> bool:
        """Whether it ends itself, as XHTML writes it."""
        return self.rest.endswith("/")

    def attribute(self, name: str) -> str | None:
        """What an attribute says; empty when it says nothing, None when there is none."""
        for found in _ATTRIBUTE.finditer(self.rest):
            if found[1].lower() == name:
                return _read(found[2] or found[3] or found[4] or "")
        return None


def pieces(html: str) -> Iterator[str | Tag]:
    """Text, its character references read, and tags, in order; comments are left out."""
    at = 0
    while (opening := _OPENS.search(html, at)) is not None:
        if opening.start() > at:
            yield _read(html[at : opening.start()])
        if opening["name"] is None:
            at = _after_comment(html, opening)
        else:
            ends_at = _end_of_tag(html, opening.end())
            tag = Tag(opening["name"].lower(), bool(opening["end"]), html[opening.end() : ends_at])
            if ends_at < len(html):
                yield tag
            at = _after_tag(html, tag, ends_at + 1)
    if at < len(html):
        yield _read(html[at:])


def _after_comment(html: str, opening: re.Match[str]) -> int:
    mark, start = ("-->", opening.end() - 2) if opening["comment"] else (">", opening.end())
    found = html.find(mark, start)
    return len(html) if found < 0 else found + len(mark)


def _end_of_tag(html: str, at: int) -> int:
    """Where its `>` stands, not minding those in quotes; the length of all when it has none."""
    while (found := _IN_TAG.search(html, at)) is not None:
        if found[1] is None:
            return found.start()
        at = html.find(found[1], found.end()) + 1
        if at == 0:
            break
    return len(html)


def _after_tag(html: str, tag: Tag, at: int) -> int:
    ends = _RAW.get(tag.name)
    if ends is None or tag.is_end or tag.is_empty:
        return at
    found = ends.search(html, at)
    return len(html) if found is None else found.start()


def _read(text: str) -> str:
    return unescape(_TOO_LONG.sub("\ufffd", text)) if "&" in text else text
