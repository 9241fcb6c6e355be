"""Plain text of the HTML in which networks speak."""

from domain.connector.markup import Tag, pieces

_BLOCKS = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4"})
_UNSEEN = frozenset({"script", "style", "template"})
_MOST = 200_000
"""What is read of one message, in characters; most servers take a few thousand."""
_BREAKS = {"br": "\n", "li": "\n• "}


def plain(html: str) -> str:
    """The text as it reads: paragraphs, line breaks and list items kept, links as their text."""
    found: list[str] = []
    unseen = 0
    for piece in pieces(html[:_MOST]):
        if not isinstance(piece, Tag):
            found.append("" if unseen else piece)
        elif piece.name in _UNSEEN:
            unseen = max(0, unseen - 1) if piece.is_end else unseen + 1
        elif piece.is_end:
            found.append("\n\n" if piece.name in _BLOCKS else "")
        else:
            found.append(_BREAKS.get(piece.name, ""))
    return _tidy("".join(found))


def _tidy(text: str) -> str:
    text = "\n".join(line.strip(" \t") for line in text.split("\n"))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip("\n")
