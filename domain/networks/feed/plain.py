"""Plain text of the HTML in which entries come: paragraphs kept, markup and scripts gone."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "section", "article", "blockquote", "ul", "ol", "dl"}) | frozenset(
    {"table", "tr", "pre", "figure", "hr", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN = frozenset({"script", "style", "template", "iframe", "noscript", "head", "svg"})
_ENDLESS_BREAKS = re.compile(r"\n{3,}")


def plain(html: str) -> str:
    """The text as it reads; a picture is its alternative text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._unseen: list[str] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "img" and not self._unseen:
            self._pieces.append(dict(attrs).get("alt") or "")
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "li":
            self._pieces.append("\n• ")
        elif tag in _BLOCKS:
            self._pieces.append("\n\n")
        self._verbatim += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()
        elif tag in _BLOCKS:
            self._pieces.append("\n\n")
        self._verbatim -= tag == "pre" and self._verbatim > 0

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._pieces.append(data if self._verbatim else re.sub(r"\s+", " ", data))

    def text(self) -> str:
        lines = (line.strip() for line in "".join(self._pieces).split("\n"))
        return _ENDLESS_BREAKS.sub("\n\n", "\n".join(lines)).strip()
