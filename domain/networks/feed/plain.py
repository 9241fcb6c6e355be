"""Plain text of the HTML in which entries come: paragraphs kept, markup and scripts gone."""

import re

from domain.connector.markup import Tag, pieces

_BLOCKS = frozenset({"p", "div", "section", "article", "blockquote", "ul", "ol", "dl"}) | frozenset(
    {"table", "tr", "pre", "figure", "hr", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN = frozenset({"script", "style", "template", "iframe", "noscript", "head", "svg"})
_ENDLESS_BREAKS = re.compile(r"\n{3,}")


def plain(html: str) -> str:
    """The text as it reads; a picture is its alternative text."""
    reader = _Reader()
    for piece in pieces(html):
        if not isinstance(piece, Tag):
            reader.hear(piece)
        elif piece.is_end:
            reader.end(piece.name)
        else:
            reader.begin(piece)
    return reader.text()


class _Reader:
    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._verbatim = 0

    def begin(self, tag: Tag) -> None:
        if tag.name in _UNSEEN:
            self._unseen += [] if tag.is_empty else [tag.name]
        elif tag.name == "img" and not self._unseen:
            self._pieces.append(tag.attribute("alt") or "")
        elif tag.name == "br":
            self._pieces.append("\n")
        elif tag.name == "li":
            self._pieces.append("\n• ")
        elif tag.name in _BLOCKS:
            self._pieces.append("\n\n")
        self._verbatim += tag.name == "pre"

    def end(self, name: str) -> None:
        if self._unseen and name == self._unseen[-1]:
            self._unseen.pop()
        elif name in _BLOCKS:
            self._pieces.append("\n\n")
        self._verbatim -= name == "pre" and self._verbatim > 0

    def hear(self, text: str) -> None:
        if not self._unseen:
            self._pieces.append(text if self._verbatim else re.sub(r"\s+", " ", text))

    def text(self) -> str:
        lines = (line.strip() for line in "".join(self._pieces).split("\n"))
        return _ENDLESS_BREAKS.sub("\n\n", "\n".join(lines)).strip()
