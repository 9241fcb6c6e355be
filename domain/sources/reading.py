"""What pages and entries of feeds say, as plain text: menus, scripts and forms left out."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from domain.connector.charsets import decoded
from domain.connector.feeds import parse_feed
from domain.connector.markup import Tag, pieces
from domain.connector.plain import plain
from domain.sources.json_entries import json_entry
from domain.sources.rules import MOST_READ

MAIN = frozenset({"main", "article"})
ASIDE = frozenset({"nav", "aside", "footer", "header"})
"""What stands around the text; in the text itself, headings may stand in a header."""
UNSEEN = frozenset(
    {"head", "script", "style", "template", "noscript", "iframe", "svg", "form", "button"}
)
INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "em", "i", "mark", "q", "s", "small", "span"}
) | frozenset({"strong", "sub", "sup", "time", "u"})


class NothingToReadError(ValueError):
    """The document has no text of the kind that is looked for."""


def text_of(body: bytes, content_type: str, entry: str) -> str:
    """The main text of a page, or of the entry of a feed. Raises `NothingToReadError`.

    Large documents take a while: call it in a thread.
    """
    if entry:
        return _bounded(_entry_text(body, content_type, entry))
    kind = _kind(content_type)
    document = _decoded(body, content_type)
    if kind in {"text/html", "application/xhtml+xml", ""}:
        return _bounded(main_text(document))
    if kind.startswith("text/") or kind.endswith(("json", "xml")):
        return _bounded(document)
    raise NothingToReadError(f"{kind} holds no text")


def is_pdf(body: bytes, content_type: str) -> bool:
    return _kind(content_type) == "application/pdf" or body.startswith(b"%PDF-")


def bytes_told(body: bytes) -> str:
    """Of a document whose words cannot be read: that it is another one is all that is told."""
    return f"PDF, {len(body)} bytes, SHA-256 {sha256(body).hexdigest()}"


def main_text(html: str) -> str:
    """What stands in its article or main part; of a page without, all but what is around."""
    whole, inner = [], []
    for is_inner, piece in _seen(html):
        whole.append(piece)
        if is_inner:
            inner.append(piece)
    return _tidy(inner) or _tidy(whole) or plain(html)


def _seen(html: str) -> Iterator[tuple[bool, str]]:
    """Pieces of text that are shown, and whether each stands in the main part."""
    mains = 0
    hiding: list[str] = []
    for piece in pieces(html):
        if not isinstance(piece, Tag):
            if not hiding:
                yield mains > 0, piece
            continue
        name = piece.name
        hides = name in UNSEEN or (name in ASIDE and not mains)
        if piece.is_end:
            if hiding and hiding[-1] == name:
                hiding.pop()
            elif name in MAIN:
                mains = max(0, mains - 1)
        elif hides and not piece.is_empty:
            hiding.append(name)
        elif name in MAIN and not hiding:
            mains += 1
        if not hiding and name not in INLINE:
            yield mains > 0, "\n"


def _tidy(found: list[str]) -> str:
    """A line for each block, spaces as single ones."""
    lines = (" ".join(line.split()) for line in "".join(found).splitlines())
    return "\n".join(line for line in lines if line)


def _entry_text(body: bytes, content_type: str, entry: str) -> str:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_text(body, entry)
    found = parse_feed(body, content_type)
    if not found.entries:
        raise NothingToReadError("this is no feed, or an empty one")
    for each in found.entries:
        if entry in {each.get("id"), each.get("link")}:
            return "\n".join(filter(None, (plain(each.get("title", "")), plain(_content(each)))))
    raise NothingToReadError("the feed no longer shows this entry")


def _json_text(body: bytes, entry: str) -> str:
    try:
        found = json_entry(body, entry)
    except ValueError as error:
        raise NothingToReadError("this is no JSON Feed") from error
    if found is None:
        raise NothingToReadError("the feed no longer shows this entry")
    return found


def _content(entry: Mapping[str, object]) -> str:
    contents = entry.get("content")
    if isinstance(contents, list) and contents and isinstance(contents[0], Mapping):
        return str(contents[0].get("value", ""))
    return str(entry.get("summary", ""))


def _decoded(body: bytes, content_type: str) -> str:
    name = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    return decoded(body, name)


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _bounded(text: str) -> str:
    found = text.replace("\0", "").strip()[:MOST_READ]
    if not found:
        raise NothingToReadError("there is no text in it")
    return found
